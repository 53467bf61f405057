// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// codes returns the codes of the problems that a data source shows.
func codes(found acctest.Resource) string {
	var all []string
	problems, _ := found.State["problems"].([]any)
	for _, one := range problems {
		shown, _ := one.(map[string]any)
		code, _ := shown["code"].(string)
		all = append(all, code)
	}

	return strings.Join(all, " ")
}

func TestAzureSphereTrustDataSource_whatItFindsIsNeverAnError(t *testing.T) {
	t.Parallel()
	trusted := func(bench *acctest.Bench) {
		bench.SwapCertificate(groupName, iotcentral.Primary, bench.ActiveCA().DER(), true)
	}
	for name, test := range map[string]struct {
		arrange   func(*testing.T, *acctest.Bench)
		arguments map[string]any
		trusted   bool
		codes     string
		says      string
	}{
		"all is well": {func(_ *testing.T, bench *acctest.Bench) { trusted(bench) }, nil, true, "", ""},
		"an empty group": {
			func(*testing.T, *acctest.Bench) {}, nil, false, "active_ca_not_trusted",
			"Neither entry of the group holds this CA",
		},
		"not verified": {func(_ *testing.T, bench *acctest.Bench) {
			bench.SwapCertificate(groupName, iotcentral.Secondary, bench.ActiveCA().DER(), false)
		}, nil, false, "active_ca_not_trusted", "The secondary entry holds this CA, but it is not verified"},
		"a successor": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			trusted(bench)
			rotate(t, bench, emulator.StageIssue)
		}, nil, true, "successor_not_trusted", "in about 45 days"},
		"a missed renewal": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			trusted(bench)
			rotate(t, bench, emulator.StageIssue, emulator.StageActivate)
		}, nil, false, "active_ca_not_trusted", "since about"},
		"foreign certificates": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			bench.SwapCertificate(groupName, iotcentral.Primary, acctest.ForeignCA(t).DER(), true)
			bench.SwapCertificate(groupName, iotcentral.Secondary, acctest.ForeignCA(t).DER(), false)
		}, nil, false, "active_ca_not_trusted foreign_certificate_verified foreign_certificate_unverified", "cannot enrol"},
		"a revoked CA": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			trusted(bench)
			rotate(t, bench, emulator.StageIssue, emulator.StageActivate, emulator.StageRevoke)
		}, nil, false, "active_ca_not_trusted revoked_ca", "cannot enrol"},
		"no Active CA": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			trusted(bench)
			rotate(t, bench, emulator.StageExpire)
		}, nil, false, "no_active_ca", "has no Active CA certificate"},
		"a disabled group": {func(_ *testing.T, bench *acctest.Bench) {
			trusted(bench)
			bench.MustDo(http.MethodPatch, "enrollmentGroups/"+groupName, map[string]any{"enabled": false})
		}, nil, true, "group_disabled", "none of its devices can enrol"},
		"no group": {func(_ *testing.T, bench *acctest.Bench) {
			bench.MustDo(http.MethodDelete, "enrollmentGroups/"+groupName, nil)
		}, nil, false, "group_not_found", "There is no enrollment group"},
		"a group with symmetric keys": {func(_ *testing.T, bench *acctest.Bench) {
			bench.MustDo(http.MethodDelete, "enrollmentGroups/"+groupName, nil)
			bench.MustDo(http.MethodPut, "enrollmentGroups/"+groupName, map[string]any{
				"displayName": "x", "type": "iot", "attestation": map[string]any{"type": "symmetricKey"},
			})
		}, nil, false, "group_not_x509 active_ca_not_trusted", "symmetric keys"},
		"no tenant": {func(_ *testing.T, bench *acctest.Bench) { trusted(bench) }, map[string]any{"catalog_id": "missing"}, false, "tenant_not_found", "was not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			test.arrange(t, bench)
			arguments := map[string]any{"enrollment_group_id": groupID(bench)}
			if test.arguments != nil {
				arguments["azure_sphere"] = map[string]any{"catalog_id": strings.TrimSuffix(bench.Info().CatalogID, "contoso-catalog") + "missing"}
			}
			bench.ResetRequests()
			found := bench.NewServer().ReadData(typeTrust, arguments)
			if len(found.Errors)+len(found.Warnings) > 0 || found.State["trusted"] != test.trusted || codes(found) != test.codes {
				t.Fatalf("got trusted %v, problems %q, %q, %q; want %t, %q", found.State["trusted"], codes(found), found.Errors, found.Warnings, test.trusted, test.codes)
			}
			if test.says != "" {
				first, _ := found.State["problems"].([]any)[0].(map[string]any)
				if message, _ := first["message"].(string); !strings.Contains(message, test.says) {
					t.Errorf("the message %q does not say %q", message, test.says)
				}
			}
			for _, request := range bench.Requests() {
				if request.Service != "entra" && request.Method != http.MethodGet {
					t.Errorf("%s %s was sent", request.Method, request.Path)
				}
			}
		})
	}
}

func TestAzureSphereTrustDataSource_showsWhatTheResourceShows(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	rotate(t, bench, emulator.StageIssue)
	server := bench.NewServer()
	created := server.MustCreate(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
	found := server.ReadData(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
	for _, name := range []string{"id", "trusted", "trusted_until", "active_entry"} {
		if found.State[name] != created.State[name] || found.State[name] == nil {
			t.Errorf("%s: got %v, the resource has %v", name, found.State[name], created.State[name])
		}
	}
	certificates := bench.State().Catalogs[0].Certificates
	upcoming := certificates[len(certificates)-1]
	renewal, _ := found.State["renewal_due"].(map[string]any)
	if renewal["issued_about"] != upcoming.NotBefore.UTC().Format(time.RFC3339) ||
		renewal["active_about"] != upcoming.NotBefore.UTC().AddDate(0, 0, 45).Format(time.RFC3339) {
		t.Errorf("renewal_due is %v, the upcoming CA is valid from %v", renewal, upcoming.NotBefore)
	}
}

func TestAzureSphereTrustDataSource_whatItCannotReadIsAnError(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	for _, operation := range []string{"EnrollmentGroups_Get", "EnrollmentGroups_GetX509", "Certificates_ListByCatalog"} {
		for _, status := range []int{401, 403, 500} {
			bench.ClearFaults()
			refuse(bench, operation, status)
			found := bench.NewServer().ReadData(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
			if !hasOne(found.Errors, "Cannot ") || found.State != nil {
				t.Errorf("%s answers %d: got %v, %q", operation, status, found.State, found.Errors)
			}
		}
	}
}
