// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/querycheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// portalGroups makes three groups, as in the portal: two with certificates, one with keys.
func portalGroups(bench *acctest.Bench) {
	for _, group := range []struct{ id, name, kind, attestation string }{
		{"a", "Sphere", "iot", "x509"}, {"b", "Edge", "iotEdge", "x509"}, {"c", "Keys", "iot", "symmetricKey"},
	} {
		bench.MustDo("PUT", "enrollmentGroups/"+group.id, map[string]any{
			"displayName": group.name, "type": group.kind, "attestation": map[string]any{"type": group.attestation},
		})
	}
}

func names(listed []acctest.Listed) string {
	var names []string
	for _, one := range listed {
		names = append(names, one.DisplayName)
		names = append(names, one.Errors...)
	}

	return strings.Join(names, ", ")
}

func TestListGroups_findsWhatCanBeImported(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroups(bench)
	server := bench.NewServer()
	for _, test := range []struct {
		arguments map[string]string
		limit     int64
		want      string
	}{
		{nil, 100, "Sphere, Edge, Keys"},
		{nil, 2, "Sphere, Edge"},
		{map[string]string{"application": "contoso", "attestation_type": "x509"}, 100, "Sphere, Edge"},
		{map[string]string{"type": "iotEdge"}, 100, "Edge"},
		{map[string]string{"display_name": "Keys"}, 100, "Keys"},
	} {
		if got := names(server.List("iotcentral_enrollment_group", test.arguments, false, test.limit)); got != test.want {
			t.Errorf("%v, limit %d: got %q, want %q", test.arguments, test.limit, got, test.want)
		}
	}

	listed := server.List("iotcentral_enrollment_group", map[string]string{"display_name": "Edge"}, true, 100)[0]
	wantIdentity := map[string]any{"host": bench.Host(), "group_id": "b"}
	if !reflect.DeepEqual(listed.Identity, wantIdentity) {
		t.Errorf("identity %v, want %v", listed.Identity, wantIdentity)
	}
	wantResource := map[string]any{
		"id": bench.Host() + "/enrollmentGroups/b", "application": "contoso", "group_id": "b", "display_name": "Edge", "enabled": true,
		"type": "iotEdge", "attestation_type": "x509", "id_scope": bench.Info().Applications[0].IDScope,
		"primary_key": nil, "secondary_key": nil, "timeouts": nil,
	}
	if !reflect.DeepEqual(listed.Resource, wantResource) {
		t.Errorf("resource\n got %v\nwant %v", listed.Resource, wantResource)
	}
}

func TestListCertificates_readsOnlyAsManyEntriesAsAreWanted(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroups(bench)
	first, second := acctest.ForeignCA(t), acctest.ForeignCA(t)
	bench.SwapCertificate("a", iotcentral.Secondary, first.DER(), true)
	bench.SwapCertificate("b", iotcentral.Primary, second.DER(), false)
	server := bench.NewServer()
	const list = "iotcentral_enrollment_group_certificate"
	wantFirst, wantSecond := "Sphere, secondary: "+first.Thumbprint().String(), "Edge, primary: "+second.Thumbprint().String()
	for _, test := range []struct {
		arguments map[string]string
		limit     int64
		want      string
		reads     int
	}{
		{nil, 100, wantFirst + ", " + wantSecond, 4},
		{nil, 1, wantFirst, 2},
		{map[string]string{"enrollment_group_id": bench.Host() + "/enrollmentGroups/b"}, 100, wantSecond, 2},
	} {
		bench.ResetRequests()
		if got := names(server.List(list, test.arguments, false, test.limit)); got != test.want {
			t.Errorf("%v, limit %d: got %q, want %q", test.arguments, test.limit, got, test.want)
		}
		if reads := bench.Count()["EnrollmentGroups_GetX509"]; reads != test.reads {
			t.Errorf("%v, limit %d: %d entries were read, want %d", test.arguments, test.limit, reads, test.reads)
		}
	}

	listed := server.List(list, nil, true, 1)[0]
	if want := map[string]any{"host": bench.Host(), "group_id": "a", "entry": "secondary"}; !reflect.DeepEqual(listed.Identity, want) {
		t.Errorf("identity %v, want %v", listed.Identity, want)
	}
	want := map[string]any{
		"id": bench.Host() + "/enrollmentGroups/a/certificates/secondary", "enrollment_group_id": bench.Host() + "/enrollmentGroups/a", "entry": "secondary",
		"thumbprint": first.Thumbprint().String(), "attested": false, "certificate_pem": nil, "subject": nil, "issuer": nil, "serial_number": nil,
		"not_before": nil, "not_after": nil, "timeouts": nil,
	}
	if !reflect.DeepEqual(listed.Resource, want) {
		t.Errorf("resource\n got %v\nwant %v", listed.Resource, want)
	}
}

func TestListTenantCAs_ofBothGenerations(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	old := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue)
	rotate(t, bench, emulator.StageActivate)
	ca := bench.ActiveCA()
	server := bench.NewServer()
	for generation, test := range map[string]struct {
		arguments map[string]string
		identity  map[string]any
	}{
		"Integrated": {nil, map[string]any{"catalog_id": bench.Info().CatalogID, "tenant_id": nil, "thumbprint": old.Thumbprint().String()}},
		"Legacy": {
			map[string]string{"tenant_id": bench.Info().SphereTenantID},
			map[string]any{"catalog_id": nil, "tenant_id": bench.Info().SphereTenantID, "thumbprint": old.Thumbprint().String()},
		},
	} {
		listed := server.List("azuresphere_tenant_ca", test.arguments, true, 100)
		if got, want := names(listed), old.Thumbprint().String()+" (Inactive), "+ca.Thumbprint().String()+" (Active)"; got != want {
			t.Fatalf("%s: got %q, want %q", generation, got, want)
		}
		if !reflect.DeepEqual(listed[0].Identity, test.identity) {
			t.Errorf("%s: identity %v, want %v", generation, listed[0].Identity, test.identity)
		}
		if got := listed[1].Resource; got["certificate_pem"] != ca.PEM() || got["status"] != "Active" || got["renewal"] != "automatic" {
			t.Errorf("%s: resource %v", generation, got)
		}
		if got := server.List("azuresphere_tenant_ca", test.arguments, false, 1); len(got) != 1 {
			t.Errorf("%s: %d results for a limit of 1", generation, len(got))
		}
	}
}

func TestList_errorsAreThoseOfTheOtherTypes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		list, want  string
		arguments   map[string]string
		environment string
		fault       emulator.Fault
	}{
		"no application":         {"iotcentral_enrollment_group", "No IoT Central application", nil, "IOTCENTRAL_APPLICATION", emulator.Fault{}},
		"no rights":              {"iotcentral_enrollment_group", "App Administrator", nil, "", emulator.Fault{Operation: "EnrollmentGroups_List", Status: 403}},
		"malformed application":  {"iotcentral_enrollment_group", "Not an IoT Central application", map[string]string{"application": "a b"}, "", emulator.Fault{}},
		"unknown type":           {"iotcentral_enrollment_group", "must be one of", map[string]string{"type": "edge"}, "", emulator.Fault{}},
		"no such group":          {"iotcentral_enrollment_group_certificate", "404", map[string]string{"enrollment_group_id": "HOST/enrollmentGroups/none"}, "", emulator.Fault{}},
		"malformed group":        {"iotcentral_enrollment_group_certificate", "Not the ID of an enrollment group", map[string]string{"enrollment_group_id": "x"}, "", emulator.Fault{}},
		"an entry is unreadable": {"iotcentral_enrollment_group_certificate", "500", nil, "", emulator.Fault{Operation: "EnrollmentGroups_GetX509", Status: 500}},
		"no tenant":              {"azuresphere_tenant_ca", "No Azure Sphere tenant", nil, "AZURE_SPHERE_CATALOG_ID", emulator.Fault{}},
		"no rights in Azure":     {"azuresphere_tenant_ca", "certificates/read", nil, "", emulator.Fault{Operation: "Certificates_ListByCatalog", Status: 403}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			portalGroups(bench)
			if test.environment != "" {
				bench.Setenv(test.environment, "")
			}
			if test.fault.Operation != "" {
				bench.Fail(test.fault)
			}
			arguments := map[string]string{}
			for argument, value := range test.arguments {
				arguments[argument] = strings.ReplaceAll(value, "HOST", bench.Host())
			}
			listed := bench.NewServer().List(test.list, arguments, false, 100)
			if len(listed) == 0 || len(listed[0].Errors) == 0 || !strings.Contains(listed[0].Errors[0], test.want) {
				t.Errorf("got %v, want an error with %q", listed, test.want)
			}
		})
	}
}

// TestList_withTerraformQuery runs where Terraform is new enough.
func TestList_withTerraformQuery(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroups(bench)
	ca := acctest.ForeignCA(t)
	bench.SwapCertificate("a", iotcentral.Primary, ca.DER(), true)
	host := knownvalue.StringExact(bench.Host())
	resource.Test(t, resource.TestCase{
		IsUnitTest:               true,
		ProtoV6ProviderFactories: bench.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_14_0)},
		Steps: []resource.TestStep{
			{Config: bothNames + "\nprovider \"azuresphere\" {}\n\nprovider \"iotcentral\" {}\n"},
			{
				Query: true,
				Config: fmt.Sprintf(`
list "iotcentral_enrollment_group" "x509" {
  provider = iotcentral
  config {
    attestation_type = "x509"
  }
}

list "iotcentral_enrollment_group_certificate" "all" {
  provider         = iotcentral
  include_resource = true
}

list "azuresphere_tenant_ca" "all" {
  provider = azuresphere
  config {
    catalog_id = %q
  }
}
`, bench.Info().CatalogID),
				QueryResultChecks: []querycheck.QueryResultCheck{
					querycheck.ExpectLength("iotcentral_enrollment_group.x509", 2),
					querycheck.ExpectIdentity("iotcentral_enrollment_group.x509", map[string]knownvalue.Check{
						"host": host, "group_id": knownvalue.StringExact("b"),
					}),
					querycheck.ExpectLength("iotcentral_enrollment_group_certificate.all", 1),
					querycheck.ExpectIdentity("iotcentral_enrollment_group_certificate.all", map[string]knownvalue.Check{
						"host": host, "group_id": knownvalue.StringExact("a"), "entry": knownvalue.StringExact("primary"),
					}),
					querycheck.ExpectLength("azuresphere_tenant_ca.all", 1),
				},
			},
		},
	})
}

const bothNames = `
terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}
`

// TestList_consumerThatStopsIsHeeded: terraform stops a list that was interrupted.
func TestList_consumerThatStopsIsHeeded(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroups(bench)
	bench.SwapCertificate("a", iotcentral.Primary, acctest.ForeignCA(t).DER(), true)
	bench.SwapCertificate("b", iotcentral.Primary, acctest.ForeignCA(t).DER(), true)
	rotate(t, bench, emulator.StageIssue)
	server := bench.NewServer()
	bench.ResetRequests()
	for _, typeName := range []string{"azuresphere_tenant_ca", "iotcentral_enrollment_group", "iotcentral_enrollment_group_certificate"} {
		count := 0
		for one := range server.Results(typeName, nil, false, 100) {
			if count++; len(one.Errors) > 0 {
				t.Errorf("%s: %q", typeName, one.Errors)
			}
			break
		}
		if count != 1 {
			t.Errorf("%s: %d results before the stop, want 1", typeName, count)
		}
	}
	if reads := bench.Count()["EnrollmentGroups_GetX509"]; reads != 1 {
		t.Errorf("%d entries were read, want 1", reads)
	}
}
