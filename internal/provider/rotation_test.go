// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

const trustAddress = "iotcentral_azure_sphere_trust.this"

const keepTrust = `
resource "iotcentral_enrollment_group" "sphere" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}
`

// fleet is one device for each CA that devices present: an independent witness of
// whether trust holds.
type fleet struct {
	t       *testing.T
	bench   *acctest.Bench
	devices map[string]*acctest.Device
}

// renew gives each device a new certificate, as Azure Sphere does every day: of
// the CAs that are Active, or were and are not over.
func (f *fleet) renew() {
	f.t.Helper()
	f.devices = map[string]*acctest.Device{}
	active := f.bench.ActiveCA()
	for _, ca := range f.bench.State().Catalogs[0].Certificates {
		if ca.Status == "Active" || ca.Status == "Inactive" && ca.NotBefore.Before(active.NotBefore()) {
			f.devices[ca.Thumbprint] = f.bench.DeviceOf(ca.Thumbprint)
		}
	}
}

// allEnrol checks that every device can enrol.
func (f *fleet) allEnrol(*terraform.State) error {
	f.t.Helper()
	for ca, device := range f.devices {
		device.MustEnrol(f.t, "with a certificate of CA "+ca)
	}

	return nil
}

// TestRotation_twoYearsWithoutAGap tells the story from the first CA to the third,
// on a clock that moves. After each request that the provider makes, the devices
// of the Active CA must still be able to enrol.
func TestRotation_twoYearsWithoutAGap(t *testing.T) {
	t.Parallel()
	start := time.Now().UTC().Truncate(time.Second)
	clock := acctest.NewClock(start)
	watch := &acctest.Watch{}
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Now = clock.Now
		options.Behavior.AutomaticRotation = true
		options.Observe = watch.Observe
	})
	devices := &fleet{t: t, bench: bench}
	first := bench.ActiveCA()
	expiry := first.NotAfter()
	at := func(when time.Time) func() {
		return func() {
			unbroken(t, watch)
			clock.Set(when)
			devices.renew()
			watch.Follow(devices.devices[bench.ActiveCA().Thumbprint().String()])
			// Before anything is planned, nobody has lost trust yet.
			_ = devices.allEnrol(nil)
			bench.ResetRequests()
		}
	}
	day := func(n int) time.Time { return expiry.AddDate(0, 0, n) }

	bench.Run(
		resource.TestStep{
			PreConfig: devices.renew,
			Config:    keepTrust,
			Check:     devices.allEnrol,
		},
		quiet(at(start.AddDate(1, 0, 0)), devices), // A year later nothing is to be done.
		quiet(at(day(-91)), devices),               // Nor on the last day before the successor.
		resource.TestStep{ // The successor exists: one upload, one verification.
			PreConfig: at(day(-80)),
			Config:    keepTrust,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(trustAddress, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary").AtMapKey("thumbprint"), knownvalue.StringExact(first.Thumbprint().String())),
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary").AtMapKey("role"), knownvalue.StringExact("active")),
				// Its upload may fail without failing the apply.
				plancheck.ExpectUnknownValue(trustAddress, tfjsonpath.New("secondary")),
				plancheck.ExpectUnknownValue(trustAddress, tfjsonpath.New("trusted_until")),
				expectBefore(trustAddress, "secondary", nil),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("upcoming")),
				statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("verified"), knownvalue.Bool(true)),
			},
			Check: resource.ComposeTestCheckFunc(devices.allEnrol, func(*terraform.State) error {
				counts := bench.Count()
				for operation, want := range map[string]int{
					"EnrollmentGroups_CreateX509": 1, "EnrollmentGroups_VerifyX509": 1, "EnrollmentGroups_RemoveX509": 0, "EnrollmentGroups_Create": 0,
				} {
					if counts[operation] != want {
						t.Errorf("%s was called %d times, want %d", operation, counts[operation], want)
					}
				}
				return nil
			}),
		},
		quiet(at(day(-46)), devices),
		quiet(at(day(-40)), devices), // The successor is Active, the first one is retiring: nothing to do.
		quiet(at(day(-1)), devices),
		resource.TestStep{ // The first CA has expired: its entry is emptied.
			PreConfig: at(day(2)),
			Config:    keepTrust,
			ConfigPlanChecks: planned(
				plancheck.ExpectResourceAction(trustAddress, plancheck.ResourceActionUpdate),
				plancheck.ExpectUnknownValue(trustAddress, tfjsonpath.New("primary")),
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("active")),
			),
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary"), knownvalue.Null())},
			Check:             devices.allEnrol,
		},
		quiet(at(day(540)), devices),
		resource.TestStep{ // The third CA lands in the free entry.
			PreConfig: at(day(560)),
			Config:    keepTrust,
			ConfigPlanChecks: planned(
				plancheck.ExpectUnknownValue(trustAddress, tfjsonpath.New("primary")),
				plancheck.ExpectKnownValue(trustAddress, tfjsonpath.New("secondary").AtMapKey("role"), knownvalue.StringExact("active")),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(trustAddress, tfjsonpath.New("primary").AtMapKey("role"), knownvalue.StringExact("upcoming")),
			},
			Check: devices.allEnrol,
		},
		resource.TestStep{
			PreConfig: func() { // What follows is the destroy.
				unbroken(t, watch)
				watch.Follow(nil)
			},
			Config:   keepTrust,
			PlanOnly: true,
		},
	)
}

// unbroken checks that the watched device was assigned after each request.
func unbroken(t *testing.T, watch *acctest.Watch) {
	t.Helper()
	for _, sighting := range watch.Seen() {
		if sighting.Refused != nil {
			t.Errorf("after %s: %v", sighting.Operation, sighting.Refused)
		}
	}
}

// quiet is a moment at which nothing is to be done, and every device can enrol.
func quiet(at func(), devices *fleet) resource.TestStep {
	return resource.TestStep{
		PreConfig:        at,
		Config:           keepTrust,
		ConfigPlanChecks: planned(plancheck.ExpectEmptyPlan()),
		Check:            devices.allEnrol,
	}
}

// TestRotation_threeResourcesMoveToOne is the way that the rotation guide shows:
// nothing is written, and devices notice nothing.
func TestRotation_threeResourcesMoveToOne(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(acctest.TrustConfig)
	cli.MustRun("apply", "-auto-approve")
	device := bench.Device()
	device.MustEnrol(t, "before the move")

	cli.Write("main.tf", lab.RequiredProviders+keepTrust+`
import {
  to = iotcentral_azure_sphere_trust.this
  id = iotcentral_enrollment_group.sphere.id
}

removed {
  from = iotcentral_certificate_verification.primary
  lifecycle { destroy = false }
}

removed {
  from = iotcentral_enrollment_group_certificate.primary
  lifecycle { destroy = false }
}

removed {
  from = azuresphere_tenant_ca.this
  lifecycle { destroy = false }
}

data "iotcentral_azure_sphere_trust" "this" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
}

check "trust" {
  assert {
    condition     = data.iotcentral_azure_sphere_trust.this.trusted
    error_message = "Devices cannot enrol. Run terraform apply."
  }

  assert {
    condition     = length(data.iotcentral_azure_sphere_trust.this.problems) == 0
    error_message = join("\n", data.iotcentral_azure_sphere_trust.this.problems[*].message)
  }
}
`)
	bench.ResetRequests()
	output := cli.MustRun("apply", "-auto-approve")
	for _, request := range bench.Requests() {
		if request.Service != "entra" && request.Method != http.MethodGet {
			t.Errorf("%s %s was sent:\n%s", request.Method, request.Path, output)
		}
	}
	if strings.Contains(output, "Check block assertion failed") {
		t.Errorf("a check failed:\n%s", output)
	}
	if _, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the next plan exits with %d, want 0", code)
	}
	device.MustEnrol(t, "after the move")

	// The alarm of the guide: exit code 2 once the successor exists.
	rotate(t, bench, emulator.StageIssue)
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 2 || !strings.Contains(output, "The next tenant CA is not trusted") ||
		!strings.Contains(output, "Check block assertion failed") {
		t.Errorf("the plan exits with %d, want 2, and must warn of the upcoming CA:\n%s", code, output)
	}
	cli.MustRun("apply", "-auto-approve")
	if _, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan after the apply exits with %d, want 0", code)
	}
}
