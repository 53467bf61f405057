// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const application = "data.iotcentral_application.this"

func applicationConfig(arguments string) string {
	return "data \"iotcentral_application\" \"this\" {\n" + arguments + "\n}\n"
}

func TestApplicationDataSource_byNameOrResource(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	found := bench.Info().Applications[0]
	named := []statecheck.StateCheck{
		attribute(application, "id", knownvalue.StringExact(bench.Host())),
		attribute(application, "host", knownvalue.StringExact(bench.Host())),
		attribute(application, "subdomain", knownvalue.StringExact("contoso")),
		attribute(application, "provisioning_host", knownvalue.StringExact("global.azure-devices-provisioning.net")),
	}
	with := func(checks ...statecheck.StateCheck) []statecheck.StateCheck { return slices.Concat(named, checks) }
	byName := func(idScope knownvalue.Check) []statecheck.StateCheck {
		return with(
			attribute(application, "application_id", knownvalue.Null()),
			attribute(application, "display_name", knownvalue.Null()),
			attribute(application, "id_scope", idScope),
		)
	}
	bench.Run(
		resource.TestStep{
			// Without a group there is nothing that tells the ID scope.
			Config:            applicationConfig(""),
			ConfigStateChecks: byName(knownvalue.Null()),
		},
		resource.TestStep{
			PreConfig:         func() { portalGroup(bench) },
			Config:            applicationConfig(fmt.Sprintf("application = %q", found.URL)),
			ConfigStateChecks: byName(knownvalue.StringExact(found.IDScope)),
		},
		resource.TestStep{
			Config: applicationConfig(fmt.Sprintf("resource_id = %q", found.ResourceID)),
			ConfigStateChecks: with(
				attribute(application, "application", knownvalue.StringExact("contoso")),
				attribute(application, "application_id", knownvalue.StringExact(found.ApplicationID)),
				attribute(application, "display_name", knownvalue.StringExact("contoso")),
				attribute(application, "id_scope", knownvalue.StringExact(found.IDScope)),
			),
		},
		resource.TestStep{
			// Who may read the Azure resource need not be a user of the application.
			PreConfig: func() { bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_List", Status: 403}) },
			Config:    applicationConfig(fmt.Sprintf("resource_id = %q", found.ResourceID)),
			ConfigStateChecks: with(
				attribute(application, "application_id", knownvalue.StringExact(found.ApplicationID)),
				attribute(application, "id_scope", knownvalue.Null()),
			),
		},
	)
}

func TestApplicationDataSource_failuresAreExplained(t *testing.T) {
	t.Parallel()
	const missing = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.IoTCentral/iotApps/missing"
	for name, test := range map[string]struct {
		arguments, want string
		fault           emulator.Fault
	}{
		"no rights":           {"", `(?s)Cannot read the IoT Central application.*403.*App\s+Administrator`, emulator.Fault{Operation: "EnrollmentGroups_List", Status: 403}},
		"no Azure rights":     {`resource_id = "` + missing + `"`, `(?s)Cannot read the Azure resource.*403.*Microsoft\.IoTCentral/IoTApps/read`, emulator.Fault{Operation: "Apps_Get", Status: 403}},
		"missing resource":    {`resource_id = "` + missing + `"`, `(?s)Cannot read the Azure resource of the application.*Azure Resource Manager.*404.*resource\s+ID\s+of\s+the\s+application`, emulator.Fault{Operation: "Apps_Get", Status: 404}},
		"suspended":           {`resource_id = "` + missing + `"`, `(?s)does\s+not\s+return\s+its\s+subdomain`, emulator.Fault{Operation: "Apps_Get", Status: 200, Body: `{"id":"x","location":"westeurope","sku":{"name":"ST2"},"properties":{}}`}},
		"service down":        {`resource_id = "` + missing + `"`, `(?s)Cannot read the IoT Central application.*500`, emulator.Fault{Operation: "EnrollmentGroups_List", Status: 500}},
		"both":                {"application = \"contoso\"\nresource_id = \"" + missing + "\"", `(?s)application.*"resource_id" cannot be specified`, emulator.Fault{}},
		"other resource":      {`resource_id = "/subscriptions/a/resourceGroups/b/providers/Microsoft.Devices/IotHubs/c"`, `Not the Azure resource ID`, emulator.Fault{}},
		"resource ID as name": {`application = "` + missing + `"`, `Not an IoT Central application`, emulator.Fault{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			if test.fault.Operation != "" {
				bench.Fail(test.fault)
			}
			if name == "service down" {
				bench.Fail(emulator.Fault{Operation: "Apps_Get", Status: 200, Body: `{"id":"x","location":"westeurope","sku":{"name":"ST2"},"properties":{"subdomain":"contoso"}}`})
			}
			bench.Run(resource.TestStep{Config: applicationConfig(test.arguments), ExpectError: regexp.MustCompile(test.want)})
		})
	}
}

func TestEnrollmentGroupsDataSource_filters(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.PageSize = 2 })
	for id, body := range map[string]map[string]any{
		"a": {"displayName": "Sphere", "type": "iot", "attestation": map[string]any{"type": "x509"}},
		"b": {"displayName": "Sphere", "type": "iotEdge", "enabled": false, "attestation": map[string]any{"type": "x509"}},
		"c": {"displayName": "Keys", "type": "iot", "attestation": map[string]any{"type": "symmetricKey"}},
	} {
		bench.MustDo("PUT", "enrollmentGroups/"+id, body)
	}
	const address = "data.iotcentral_enrollment_groups.this"
	steps := []resource.TestStep{{
		Config:      `data "iotcentral_enrollment_groups" "this" { type = "edge" }`,
		ExpectError: regexp.MustCompile(`value must be one of`),
	}}
	for _, test := range []struct {
		arguments string
		want      []string
	}{
		{"", []string{"a", "b", "c"}},
		{`display_name = "Sphere"`, []string{"a", "b"}},
		{`type = "iot"`, []string{"a", "c"}},
		{`attestation_type = "symmetricKey"`, []string{"c"}},
		{"display_name = \"Sphere\"\ntype = \"iotEdge\"\nattestation_type = \"x509\"", []string{"b"}},
		{`display_name = "sphere"`, nil},
	} {
		ids := []knownvalue.Check{}
		for _, id := range test.want {
			ids = append(ids, knownvalue.StringExact(bench.Host()+"/enrollmentGroups/"+id))
		}
		steps = append(steps, resource.TestStep{
			Config: "data \"iotcentral_enrollment_groups\" \"this\" {\n" + test.arguments + "\n}\n" +
				"output \"ids\" { value = toset(data.iotcentral_enrollment_groups.this.enrollment_groups[*].id) }\n",
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("ids", knownvalue.SetExact(ids)),
				attribute(address, "application", knownvalue.StringExact("contoso")),
			},
		})
	}
	steps = append(steps, resource.TestStep{
		Config: `data "iotcentral_enrollment_groups" "this" { type = "iotEdge" }`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, tfjsonpath.New("enrollment_groups").AtSliceIndex(0), knownvalue.ObjectExact(map[string]knownvalue.Check{
				"id":               knownvalue.StringExact(bench.Host() + "/enrollmentGroups/b"),
				"group_id":         knownvalue.StringExact("b"),
				"display_name":     knownvalue.StringExact("Sphere"),
				"enabled":          knownvalue.Bool(false),
				"type":             knownvalue.StringExact("iotEdge"),
				"attestation_type": knownvalue.StringExact("x509"),
				"id_scope":         knownvalue.StringExact(bench.Info().Applications[0].IDScope),
			})),
		},
	})
	bench.Run(steps...)
}

// TestApplicationDataSource_byApplicationID: there is no subdomain in it.
func TestApplicationDataSource_byApplicationID(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	id := bench.Info().Applications[0].ApplicationID
	found := bench.NewServer().ReadData("iotcentral_application", map[string]any{"application": id})
	if len(found.Errors) > 0 || found.State["application_id"] != id || found.State["subdomain"] != nil {
		t.Errorf("got %v, %q, want the ID and no subdomain", found.State, found.Errors)
	}
}
