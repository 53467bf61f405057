// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const group = "iotcentral_enrollment_group.this"

func groupConfig(arguments string) string {
	return fmt.Sprintf("resource \"iotcentral_enrollment_group\" \"this\" {\n%s\n}\n", arguments)
}

func action(address string, want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)}}
}

func attribute(address, name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), want)
}

func TestEnrollmentGroup_lifeCycle(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{
			Config: groupConfig(`display_name = "Azure Sphere"`),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(group, "enabled", knownvalue.Bool(true)),
				attribute(group, "type", knownvalue.StringExact("iot")),
				attribute(group, "attestation_type", knownvalue.StringExact("x509")),
				attribute(group, "application", knownvalue.StringExact("contoso")),
				attribute(group, "group_id", knownvalue.StringExact("azure-sphere")),
				attribute(group, "id", knownvalue.StringExact(bench.Host()+"/enrollmentGroups/azure-sphere")),
				attribute(group, "primary_key", knownvalue.Null()),
				attribute(group, "id_scope", knownvalue.StringExact(bench.Info().Applications[0].IDScope)),
			},
		},
		resource.TestStep{
			Config:           groupConfig("display_name = \"Renamed\"\nenabled = false"),
			ConfigPlanChecks: action(group, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(group, "display_name", knownvalue.StringExact("Renamed")),
				attribute(group, "enabled", knownvalue.Bool(false)),
			},
			Check: func(*terraform.State) error {
				if found := bench.State().Applications[0].EnrollmentGroups[0]; found.DisplayName != "Renamed" || found.Enabled {
					t.Errorf("the service holds %q, enabled %t", found.DisplayName, found.Enabled)
				}
				return nil
			},
		},
		resource.TestStep{
			ResourceName:      group,
			ImportState:       true,
			ImportStateVerify: true,
		},
		resource.TestStep{
			Config:           groupConfig("display_name = \"Renamed\"\ntype = \"iotEdge\""),
			ConfigPlanChecks: action(group, plancheck.ResourceActionReplace),
		},
	)
}

func TestEnrollmentGroup_driftIsShownAndRepaired(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	config := groupConfig("group_id = \"drifting\"\ndisplay_name = \"Azure Sphere\"")
	bench.Run(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				bench.MustDo("PATCH", "enrollmentGroups/drifting", map[string]any{"displayName": "Drifted", "enabled": false})
			},
			Config:           config,
			ConfigPlanChecks: action(group, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(group, "display_name", knownvalue.StringExact("Azure Sphere")),
				attribute(group, "enabled", knownvalue.Bool(true)),
			},
		},
	)
}

func TestEnrollmentGroup_symmetricKeysAreSensitiveOutputs(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(
		resource.TestStep{
			Config: groupConfig("display_name = \"Keys\"\nattestation_type = \"symmetricKey\""),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(group, "primary_key", knownvalue.StringRegexp(regexp.MustCompile(`.{20}`))),
				attribute(group, "secondary_key", knownvalue.StringRegexp(regexp.MustCompile(`.{20}`))),
				statecheck.ExpectSensitiveValue(group, tfjsonpath.New("primary_key")),
				statecheck.ExpectSensitiveValue(group, tfjsonpath.New("secondary_key")),
			},
		},
		resource.TestStep{
			Config:            groupConfig("display_name = \"Keys\"\nattestation_type = \"x509\""),
			ConfigPlanChecks:  action(group, plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{attribute(group, "primary_key", knownvalue.Null())},
		},
	)
}

// TestEnrollmentGroup_idFromItsName: the name makes the ID of a new group, and never
// that of an existing one.
func TestEnrollmentGroup_idFromItsName(t *testing.T) {
	t.Parallel()
	server := acctest.Start(t, nil).NewServer()
	named := func(name any) map[string]any { return map[string]any{"display_name": name} }
	for name, want := range map[any]any{"Line 4, Halle": "line-4-halle", "機器": acctest.Unknown, acctest.Unknown: acctest.Unknown} {
		if plan := server.PlanCreate(typeGroup, named(name)); len(plan.Errors) > 0 || plan.Values["group_id"] != want {
			t.Errorf("%v: group_id is %v, errors %q; want %v", name, plan.Values["group_id"], plan.Errors, want)
		}
	}
	created := server.MustCreate(typeGroup, named("機器"))
	if _, err := uuid.Parse(fmt.Sprint(created.State["group_id"])); err != nil {
		t.Errorf("group_id is %v, want a UUID", created.State["group_id"])
	}
	if renamed := server.Update(created, named("Devices")); renamed.State["group_id"] != created.State["group_id"] {
		t.Errorf("a rename changed group_id from %v to %v", created.State["group_id"], renamed.State["group_id"])
	}
}

func TestEnrollmentGroup_existingOneIsNotOverwritten(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.MustDo("PUT", "enrollmentGroups/portal", map[string]any{
		"displayName": "Made in the portal", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	before := bench.State()
	bench.Run(
		resource.TestStep{
			Config: groupConfig("group_id = \"portal\"\ndisplay_name = \"Azure Sphere\""),
			ExpectError: regexp.MustCompile(`(?s)already exists.*import \{\s+to = iotcentral_enrollment_group\.<name>\s+id = "` +
				regexp.QuoteMeta(bench.Host()) + `/enrollmentGroups/portal"`),
		},
	)
	if found := bench.State().Applications[0].EnrollmentGroups[0]; found != before.Applications[0].EnrollmentGroups[0] {
		t.Errorf("the existing group was changed: %+v", found)
	}
}

// TestEnrollmentGroup_spellingOfTheApplicationIsNoChange uses all names of one
// application in turn.
func TestEnrollmentGroup_spellingOfTheApplicationIsNoChange(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	config := func(application string) string {
		return groupConfig(fmt.Sprintf("application = %q\ndisplay_name = \"Azure Sphere\"", application))
	}
	steps := []resource.TestStep{{Config: groupConfig(`display_name = "Azure Sphere"`)}}
	for _, spelling := range []string{"contoso", "Contoso", bench.Host(), bench.Info().Applications[0].URL} {
		steps = append(steps, resource.TestStep{
			Config:           config(spelling),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		})
	}
	bench.Run(steps...)
}

func TestEnrollmentGroup_anotherApplicationReplacesIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Applications = []string{"contoso", "fabrikam"} })
	config := func(application string) string {
		return groupConfig(fmt.Sprintf("application = %q\ndisplay_name = \"Azure Sphere\"", application))
	}
	bench.Run(
		resource.TestStep{Config: config("contoso")},
		resource.TestStep{
			Config:           config("fabrikam"),
			ConfigPlanChecks: action(group, plancheck.ResourceActionReplace),
			Check: func(*terraform.State) error {
				state := bench.State()
				if old, fresh := len(state.Applications[0].EnrollmentGroups), len(state.Applications[1].EnrollmentGroups); old != 0 || fresh != 1 {
					t.Errorf("contoso has %d groups and fabrikam %d, want 0 and 1", old, fresh)
				}
				return nil
			},
		},
	)
}

// TestEnrollmentGroup_onlyNotFoundRemovesIt: every other failure of a read is an
// error, and the state stays.
func TestEnrollmentGroup_onlyNotFoundRemovesIt(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	config := groupConfig("group_id = \"kept\"\ndisplay_name = \"Azure Sphere\"")
	bench.Run(survives(bench, config, "EnrollmentGroups_Get", "Cannot read the enrollment group")...)
}

// refuse makes a read fail, and the list of groups as well, which would serve for it.
func refuse(bench *acctest.Bench, operation string, status int) {
	bench.Fail(emulator.Fault{Operation: operation, Status: status})
	if strings.HasPrefix(operation, "EnrollmentGroups_") {
		bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_List", Status: status})
	}
}

// survives are steps in which an operation fails in every way but 404: each plan
// must fail, and the plan after the last one must be empty.
func survives(bench *acctest.Bench, config, operation, summary string) []resource.TestStep {
	steps := []resource.TestStep{{Config: config}}
	for _, status := range []int{401, 403, 429, 500} {
		steps = append(steps, resource.TestStep{
			PreConfig: func() {
				bench.ClearFaults()
				refuse(bench, operation, status)
			},
			Config:      config,
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(fmt.Sprintf(`%s(?s:.*)%d`, summary, status)),
		})
	}

	return append(steps, resource.TestStep{
		PreConfig: bench.ClearFaults,
		Config:    config,
		PlanOnly:  true,
	})
}

func TestEnrollmentGroup_wrongInputFailsInThePlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments, want string
		environment     map[string]string
	}{
		"group ID with an underscore": {
			arguments: "group_id = \"a_b\"\ndisplay_name = \"x\"",
			want:      `(?s)Not an enrollment group ID.*group_id = "a_b"`,
		},
		"unknown type": {
			arguments: "type = \"edge\"\ndisplay_name = \"x\"",
			want:      `(?s)type.*value must be one of`,
		},
		"resource ID as application": {
			arguments: "application = \"/subscriptions/x\"\ndisplay_name = \"x\"",
			want:      `Not an IoT Central application`,
		},
		"no application anywhere": {
			arguments:   `display_name = "x"`,
			environment: map[string]string{"IOTCENTRAL_APPLICATION": ""},
			want:        `(?s)No IoT Central application.*IOTCENTRAL_APPLICATION`,
		},
		"unusable application in the environment": {
			arguments:   `display_name = "x"`,
			environment: map[string]string{"IOTCENTRAL_APPLICATION": "http://contoso"},
			want:        `(?s)IOTCENTRAL_APPLICATION: an application is given by`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for variable, value := range test.environment {
				bench.Setenv(variable, value)
			}
			bench.Run(resource.TestStep{Config: groupConfig(test.arguments), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)})
			if sent := bench.Count(); !maps.Equal(sent, map[string]int{}) {
				t.Errorf("requests were sent: %v", sent)
			}
		})
	}
}

func TestEnrollmentGroupDataSource_readsOneMadeInThePortal(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.MustDo("PUT", "enrollmentGroups/portal", map[string]any{
		"displayName": "Made in the portal", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	const address = "data.iotcentral_enrollment_group.portal"
	bench.Run(resource.TestStep{
		Config: `data "iotcentral_enrollment_group" "portal" { group_id = "portal" }`,
		ConfigStateChecks: []statecheck.StateCheck{
			attribute(address, "display_name", knownvalue.StringExact("Made in the portal")),
			attribute(address, "enabled", knownvalue.Bool(true)),
			attribute(address, "id", knownvalue.StringExact(bench.Host()+"/enrollmentGroups/portal")),
			attribute(address, "id_scope", knownvalue.StringExact(bench.Info().Applications[0].IDScope)),
		},
	}, resource.TestStep{
		Config:      `data "iotcentral_enrollment_group" "portal" { group_id = "missing" }`,
		ExpectError: regexp.MustCompile(`(?s)Cannot read the enrollment group.*404`),
	})
}
