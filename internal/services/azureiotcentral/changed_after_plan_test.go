// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// TestAzureSphereTrust_whatChangesAfterThePlanIsNotOverwritten plans first, and
// then somebody is faster.
func TestAzureSphereTrust_whatChangesAfterThePlanIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(*testing.T, *acctest.Bench)
		trusted   bool
		error     string
		warning   string
	}{
		"another CA is issued": {
			func(t *testing.T, bench *acctest.Bench) { t.Helper(); rotate(t, bench, emulator.StageIssue) },
			true, "", "",
		},
		"another CA is Active": {
			func(t *testing.T, bench *acctest.Bench) {
				t.Helper()
				rotate(t, bench, emulator.StageIssue, emulator.StageActivate)
			},
			false, "The plan is out of date", "",
		},
		"a foreign certificate is in the other entry": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			bench.SwapCertificate(groupName, iotcentral.Secondary, acctest.ForeignCA(t).DER(), true)
		}, true, "", "is out of date"},
		"a foreign certificate is in the entry": {func(t *testing.T, bench *acctest.Bench) {
			t.Helper()
			bench.SwapCertificate(groupName, iotcentral.Primary, acctest.ForeignCA(t).DER(), true)
		}, false, "The plan is out of date", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroup(bench)
			plan := bench.NewServer().PlanCreate(typeTrust, map[string]any{"enrollment_group_id": groupID(bench)})
			test.meanwhile(t, bench)
			before := map[iotcentral.Entry]string{}
			for _, entry := range iotcentral.Entries() {
				before[entry], _ = bench.Entry(groupName, entry)
			}
			created := bench.NewServer().Apply(plan)
			if (test.error == "") != (len(created.Errors) == 0) || test.error != "" && !hasOne(created.Errors, test.error) {
				t.Errorf("got %q, want the error %q", created.Errors, test.error)
			}
			if (created.State != nil) != test.trusted {
				t.Errorf("got the state %v; is there one: want %t", created.State, test.trusted)
			}
			if test.warning != "" && !hasAll(created.Warnings, test.warning) {
				t.Errorf("got the warnings %q, want %q", created.Warnings, test.warning)
			}
			for _, entry := range iotcentral.Entries() {
				thumbprint, verified := bench.Entry(groupName, entry)
				if test.trusted && entry == iotcentral.Primary {
					if !verified {
						t.Error("the Active CA is not verified")
					}
				} else if thumbprint != before[entry] {
					t.Errorf("the %s entry held %q, and holds %q", entry, before[entry], thumbprint)
				}
			}
		})
	}
}

// TestCertificateVerification_keyThatChangesAfterThePlanIsChecked: a key from a
// vault may be another one in the apply.
func TestCertificateVerification_keyThatChangesAfterThePlanIsChecked(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	ca := newOwnCA(t, ecdsaKey(t))
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	with := func(key string) map[string]any {
		return map[string]any{
			"certificate_id": groupID(bench) + "/certificates/primary", "thumbprint": ca.Thumbprint().String(), "ca_certificate_pem": ca.PEM(),
			"ca_private_key_pem_wo": key, "ca_private_key_wo_version": 1,
		}
	}
	server := bench.NewServer()
	plan := server.PlanCreate(typeVerification, with(keyPEM(t, ca.key)))
	other := keyPEM(t, ecdsaKey(t))
	bench.ResetRequests()
	created := server.ApplyWith(plan, with(other))
	if !hasOne(created.Errors, "Unusable private key", "ca_private_key_pem_wo") || created.State != nil || len(bench.Requests()) > 0 {
		t.Errorf("got %v, %q and %d requests, want only an error", created.State, created.Errors, len(bench.Requests()))
	}
	if created = server.ApplyWith(plan, with(keyPEM(t, ca.key))); len(created.Errors) > 0 || created.State["ca_private_key_pem_wo"] != nil {
		t.Errorf("with its own key: got %v, %q", created.State, created.Errors)
	}
}
