// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// message is a message of the provider that the guide Troubleshooting explains.
type message struct {
	// text is how the guide writes it: a part of what the provider says.
	text string
	// provoke returns errors and warnings, as "summary: detail".
	provoke func(t *testing.T, bench *acctest.Bench) []string
	// says are the parts that tell somebody what to do.
	says []string
}

// signedOut takes away the sign-in that the emulator gives.
func signedOut(bench *acctest.Bench) {
	for _, variable := range []string{"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"} {
		bench.Setenv(variable, "")
	}
}

// as signs in as another principal of the emulator.
func as(bench *acctest.Bench, name string) *acctest.Bench {
	principals := bench.Info().Principals
	one := principals[slices.IndexFunc(principals, func(p emulator.Principal) bool { return p.Name == name })]
	bench.Setenv("ARM_CLIENT_ID", one.ClientID)
	bench.Setenv("ARM_CLIENT_SECRET", one.ClientSecret)

	return bench
}

// reading is what reading a data source reports.
func reading(bench *acctest.Bench, typeName string) []string {
	found := bench.NewServer().ReadData(typeName, nil)

	return slices.Concat(found.Errors, found.Warnings)
}

// planning is what the plan of a new resource reports.
func planning(bench *acctest.Bench, typeName string, arguments map[string]any) []string {
	plan := bench.NewServer().PlanCreate(typeName, arguments)

	return slices.Concat(plan.Errors, plan.Warnings)
}

// creating is what creating a resource reports.
func creating(bench *acctest.Bench, typeName string, arguments map[string]any) []string {
	created := bench.NewServer().Create(typeName, arguments)

	return slices.Concat(created.Errors, created.Warnings)
}

// keeping is what the refresh of a trust reports after something happened.
func keeping(t *testing.T, bench *acctest.Bench, happen func()) []string {
	t.Helper()
	groupFromThePortal(bench, nil, true)
	server := bench.NewServer()
	trust := server.MustCreate(typeTrust, map[string]any{"enrollment_group_id": groupOf(bench)})
	happen()
	later := bench.NewServer()
	refreshed := later.Refresh(trust)
	plan := later.PlanUpdate(refreshed, map[string]any{"enrollment_group_id": groupOf(bench)})

	return slices.Concat(refreshed.Errors, refreshed.Warnings, plan.Errors, plan.Warnings)
}

func groupOf(bench *acctest.Bench) string { return bench.Host() + "/enrollmentGroups/" + acctest.Group }

func rotating(t *testing.T, bench *acctest.Bench, stages ...emulator.Stage) func() {
	t.Helper()
	return func() {
		for _, stage := range stages {
			if err := bench.Rotate(bench.Info().CatalogID, stage); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// messages are those of the guide. The order is that of the guide.
func messages() []message {
	return []message{
		// Sign-in and permissions.
		{"no way to sign in to Microsoft Entra ID is configured", func(_ *testing.T, bench *acctest.Bench) []string {
			signedOut(bench)
			return reading(bench, "azuresphere_catalog")
		}, []string{"\n- a client secret: client_secret", "ARM_CLIENT_SECRET", "\n- the Azure CLI: use_cli"}},
		{"client_id (ARM_CLIENT_ID) is set, but there is no client secret, client certificate or ID token for it", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("ARM_CLIENT_SECRET", "")
			return reading(bench, "azuresphere_catalog")
		}, []string{"Set client_secret (ARM_CLIENT_SECRET)"}},
		{"use_oidc (ARM_USE_OIDC) is set, but there is no ID token to present", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("ARM_CLIENT_SECRET", "")
			bench.Setenv("ARM_USE_OIDC", "true")
			return reading(bench, "azuresphere_catalog")
		}, []string{"id-token: write", "SYSTEM_ACCESSTOKEN"}},
		{"AADSTS7000215: the client secret is wrong", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("ARM_CLIENT_SECRET", "wrong")
			return reading(bench, "azuresphere_catalog")
		}, []string{"not to its ID"}},
		{"403 Forbidden, from IoT Central", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(as(bench, "stranger"), typeGroup, map[string]any{"display_name": "Sphere"})
		}, []string{"App Administrator", "root organization"}},
		{"401 Unauthorized, from IoT Central", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("IOTCENTRAL_API_TOKEN", "SharedAccessSignature sr=x&sig=x&skn=x&se=1")
			return planning(bench, typeGroup, map[string]any{"display_name": "Sphere"})
		}, []string{"API token"}},
		{"403 Forbidden, from Azure Sphere", func(_ *testing.T, bench *acctest.Bench) []string {
			groupFromThePortal(bench, nil, false)
			return creating(as(bench, "reader"), typeProof, map[string]any{"verification_code": "code"})
		}, []string{"retrieveProofOfPossessionNonce/action", "Azure Sphere Publisher"}},
		{"401 Unauthorized, from Device Provisioning Service", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(as(bench, "stranger"), typeDPSGroup, map[string]any{"group_id": acctest.Group})
		}, []string{"Device Provisioning Service Data Contributor", "Owner and Contributor have no right"}},
		{"403 Forbidden, from Azure Resource Manager", func(_ *testing.T, bench *acctest.Bench) []string {
			return reading(as(bench, "stranger"), "azuresphere_dps")
		}, []string{"Microsoft.Devices/provisioningServices/certificates/read", "Contributor"}},
		// Settings.
		{"No Azure Sphere tenant", func(_ *testing.T, bench *acctest.Bench) []string {
			withoutDefaultTenant(bench)
			return planning(bench, typeTrust, map[string]any{"enrollment_group_id": groupOf(bench)})
		}, []string{"- azure_sphere = { catalog_id = … } in this block", `provider "iotcentral", which is the provider block of this type`, `What provider "azuresphere" sets does not apply`, "AZURE_SPHERE_CATALOG_ID"}},
		{"No IoT Central application", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("IOTCENTRAL_APPLICATION", "")
			return planning(bench, typeGroup, map[string]any{"display_name": "Sphere"})
		}, []string{"- application in this block", `iot_central = { application = … } in provider "iotcentral"`, "IOTCENTRAL_APPLICATION"}},
		{"No Device Provisioning Service", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("AZURE_DPS_ID", "")
			return planning(bench, typeDPSGroup, map[string]any{"group_id": acctest.Group})
		}, []string{"- dps_id in this block", `dps = { id = … } in provider "azuresphere"`, "AZURE_DPS_ID"}},
		{"The IoT Central application was not found", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Setenv("IOTCENTRAL_APPLICATION", "unknown")
			return reading(bench, "iotcentral_enrollment_groups")
		}, []string{"unknown." + "localhost", "the first part of the application's URL, and not its display name"}},
		{"The Azure Sphere tenant was not found", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeTenantCA, map[string]any{"catalog_id": bench.Info().CatalogID + "x"})
		}, []string{"catalogs/", "x"}},
		// Values.
		{"Not the ID of a catalog", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeTenantCA, map[string]any{"catalog_id": bench.Info().SphereTenantID})
		}, []string{`" is not the ID of a catalog`, "For an Azure Sphere (Legacy) tenant, set tenant_id instead"}},
		{"Not the ID of a tenant", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeTenantCA, map[string]any{"tenant_id": bench.Info().CatalogID})
		}, []string{"/catalogs/", "For a catalog, set catalog_id instead"}},
		{"Not a thumbprint", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeTenantCA, map[string]any{"thumbprint": strings.Repeat("AB", 32)})
		}, []string{strings.Repeat("AB", 32), "is a SHA-256 thumbprint"}},
		{"Not a certificate", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeCertificate, map[string]any{"enrollment_group_id": groupOf(bench), "certificate_pem": "./ca.cer"})
		}, []string{`read the file with filebase64("./ca.cer")`}},
		{"Not the ID of an enrollment group", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeTrust, map[string]any{"enrollment_group_id": acctest.Group})
		}, []string{`"sphere-devices" is not`, "iotcentral_enrollment_group.sphere.id instead of iotcentral_enrollment_group.sphere.group_id"}},
		{"Not the ID of a certificate of an enrollment group", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeVerification, map[string]any{"certificate_id": groupOf(bench), "thumbprint": strings.Repeat("0", 40), "azure_sphere": map[string]any{}})
		}, []string{"This is the ID of the group", "iotcentral_enrollment_group_certificate.primary.id"}},
		{"Not an enrollment group ID", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeGroup, map[string]any{"display_name": "Sphere", "group_id": groupOf(bench)})
		}, []string{`its group_id is "sphere-devices"`}},
		{"Not an IoT Central application", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeGroup, map[string]any{"display_name": "Sphere", "application": bench.Info().Applications[0].ResourceID})
		}, []string{"is an Azure resource ID", "iotcentral_application"}},
		{"Not the ID of a Device Provisioning Service", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeDPSGroup, map[string]any{"group_id": acctest.Group, "dps_id": "contoso-dps"})
		}, []string{`"contoso-dps" is not`, "the id of azurerm_iothub_dps"}},
		{"Not the resource ID of a certificate of a Device Provisioning Service", func(_ *testing.T, bench *acctest.Bench) []string {
			return planning(bench, typeDPSVerification, map[string]any{"certificate_id": "sphere", "thumbprint": strings.Repeat("0", 40), "azure_sphere": map[string]any{}})
		}, []string{`"sphere" is not`, "azurerm_iothub_dps_certificate.sphere.id instead of azurerm_iothub_dps_certificate.sphere.name"}},
		// Groups and certificates.
		{"The enrollment group already exists", func(_ *testing.T, bench *acctest.Bench) []string {
			groupFromThePortal(bench, nil, true)
			return creating(bench, typeGroup, map[string]any{"display_name": "Sphere", "group_id": acctest.Group})
		}, []string{"import {", acctest.Group}},
		{"The entry already holds a certificate", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			groupFromThePortal(bench, acctest.ForeignCA(t), false)
			return creating(bench, typeCertificate, map[string]any{"enrollment_group_id": groupOf(bench), "certificate_pem": bench.ActiveCA().PEM()})
		}, []string{"import {", "/certificates/primary"}},
		{"Not a CA certificate", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return planning(bench, typeCertificate, map[string]any{"enrollment_group_id": groupOf(bench), "certificate_pem": certstest.Valid(t).Leaf(t, "device").PEM()})
		}, nil},
		{"The CA certificate has expired", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			groupFromThePortal(bench, acctest.ForeignCA(t), false)
			bench.DeleteCertificate(acctest.Group, iotcentral.Primary)
			return planning(bench, typeCertificate, map[string]any{"enrollment_group_id": groupOf(bench), "certificate_pem": certstest.NewCA(t, zeros, time.Now().AddDate(-2, 0, 0), time.Now().AddDate(0, 0, -1)).PEM()})
		}, nil},
		{"The entry holds another certificate", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			groupFromThePortal(bench, acctest.ForeignCA(t), false)
			return creating(bench, typeVerification, map[string]any{
				"certificate_id": groupOf(bench) + "/certificates/primary", "thumbprint": bench.ActiveCA().Thumbprint().String(), "azure_sphere": map[string]any{},
			})
		}, nil},
		// Trust.
		{"Trust is lost in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return keeping(t, bench, func() { bench.DeleteCertificate(acctest.Group, iotcentral.Primary) })
		}, []string{"Apply to restore trust."}},
		{"The next tenant CA is not trusted in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return keeping(t, bench, rotating(t, bench, emulator.StageIssue))
		}, []string{"becomes Active", "Apply to add it."}},
		{"Best-effort changes planned in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return keeping(t, bench, rotating(t, bench, emulator.StageIssue))
		}, nil},
		{"No entry for the Active CA in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			groupFromThePortal(bench, acctest.ForeignCA(t), false)
			bench.SwapCertificate(acctest.Group, iotcentral.Secondary, acctest.ForeignCA(t).DER(), false)
			return planning(bench, typeTrust, map[string]any{"enrollment_group_id": groupOf(bench)})
		}, []string{"replace_foreign"}},
		{"A foreign certificate is in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return keeping(t, bench, func() {
				bench.SwapCertificate(acctest.Group, iotcentral.Secondary, acctest.ForeignCA(t).DER(), false)
			})
		}, []string{"replace_foreign = true"}},
		{"A foreign certificate is verified in", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			return keeping(t, bench, func() {
				bench.SwapCertificate(acctest.Group, iotcentral.Secondary, acctest.ForeignCA(t).DER(), true)
			})
		}, []string{"can enrol any device", "replace_foreign = true"}},
		{"The pinned tenant CA is not Active", func(t *testing.T, bench *acctest.Bench) []string {
			t.Helper()
			arguments := map[string]any{"thumbprint": bench.ActiveCA().Thumbprint().String()}
			pinned := bench.NewServer().MustCreate(typeTenantCA, arguments)
			rotating(t, bench, emulator.StageIssue, emulator.StageActivate)()
			later := bench.NewServer()
			refreshed := later.Refresh(pinned)
			return slices.Concat(refreshed.Warnings, later.PlanUpdate(refreshed, arguments).Warnings)
		}, []string{"Remove thumbprint to follow renewals"}},
		{"The tenant has no CA certificate yet", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Fail(emulator.Fault{Operation: "Certificates_ListByCatalog", Status: http.StatusOK, Body: `{"value": []}`})
			return planning(bench, typeTenantCA, nil)
		}, nil},
		// Requests.
		{"429 Too Many Requests, from IoT Central", func(_ *testing.T, bench *acctest.Bench) []string {
			bench.Fail(emulator.Fault{Service: "iotcentral", Status: http.StatusTooManyRequests})
			return reading(bench, "iotcentral_enrollment_groups")
		}, []string{"20 requests per second", "-parallelism"}},
		{"412 Precondition Failed, from Device Provisioning Service", func(_ *testing.T, bench *acctest.Bench) []string {
			server := bench.NewServer()
			group := server.MustCreate(typeDPSGroup, map[string]any{"group_id": acctest.Group})
			bench.Fail(emulator.Fault{Operation: "EnrollmentGroup_CreateOrUpdate", Status: http.StatusPreconditionFailed})
			return server.Update(group, map[string]any{"group_id": acctest.Group, "provisioning_status": "disabled"}).Errors
		}, []string{"at each attempt", "Run Terraform again"}},
		{"412 Precondition Failed, from Azure Resource Manager", func(_ *testing.T, bench *acctest.Bench) []string {
			ca := bench.ActiveCA()
			bench.UploadDPS("sphere", ca.DER(), false)
			bench.Fail(emulator.Fault{Operation: "DpsCertificate_VerifyCertificate", Status: http.StatusPreconditionFailed})
			return creating(bench, typeDPSVerification, map[string]any{
				"certificate_id": bench.DPSCertificateID("sphere"), "thumbprint": ca.Thumbprint().String(), "azure_sphere": map[string]any{},
			})
		}, []string{"at each attempt", "Run Terraform again"}},
	}
}

var messageRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// TestMessages_areExplained provokes each message that the guide Troubleshooting explains, and finds in it what to do.
func TestMessages_areExplained(t *testing.T) {
	t.Parallel()
	guide := pageTexts(t)["docs/guides/troubleshooting.md"]
	var explained []string
	for _, row := range messageRow.FindAllStringSubmatch(guide, -1) {
		explained = append(explained, row[1])
	}
	var provoked []string
	for _, one := range messages() {
		provoked = append(provoked, one.text)
		t.Run(one.text, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			reported := one.provoke(t, bench)
			text, service, _ := strings.Cut(one.text, ", from ")
			at := slices.IndexFunc(reported, func(report string) bool { return strings.Contains(report, text) && strings.Contains(report, service) })
			if at < 0 {
				t.Fatalf("it is not among %q", reported)
			}
			for _, part := range one.says {
				if !strings.Contains(reported[at], part) {
					t.Errorf("the message lacks %q:\n%s", part, reported[at])
				}
			}
		})
	}
	if !slices.Equal(explained, provoked) {
		t.Errorf("the guide explains\n  %s\nand this test provokes\n  %s", strings.Join(explained, "\n  "), strings.Join(provoked, "\n  "))
	}
}
