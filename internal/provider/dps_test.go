// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// dpsConfig is the main job in a Device Provisioning Service.
const dpsConfig = `
resource "azuresphere_dps_enrollment_group" "sphere" {
  group_id = "sphere-devices"
}

resource "azuresphere_dps_trust" "this" {
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere.id
}
`

// registers lets a device of the CA register with the Device Provisioning Service.
func registers(t *testing.T, bench *acctest.Bench, when, refusal string) {
	t.Helper()
	device, err := emulatortest.NewDevice(bench.Emulator, emulatortest.DeviceID("d"), bench.ActiveCA().Thumbprint().String())
	if err != nil {
		t.Fatal(err)
	}
	assigned, err := device.Enrol(t.Context(), bench.DPS().IDScope)
	var refused *emulatortest.RefusedError
	switch {
	case refusal == "" && (err != nil || assigned.Hub != bench.DPS().Hubs[0]):
		t.Errorf("%s: the device is assigned to %q, %v", when, assigned.Hub, err)
	case refusal != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, refusal)):
		t.Errorf("%s: %v, want a refusal that says %q", when, err, refusal)
	}
}

// TestDPS_devicesRegisterForTwoYears: a run each month keeps trust, whatever the CA
// goes through, and devices ask by TLS at every moment and after each request of a run.
func TestDPS_devicesRegisterForTwoYears(t *testing.T) {
	t.Parallel()
	bench, clock, moments := twoYears(t, &acctest.Watch{})
	server := bench.NewServer()
	group := server.MustCreate(typeDPSGroup, map[string]any{"group_id": "sphere-devices"})
	registers(t, bench, "before there is trust", "no enrollment group holds a CA of the chain")
	arguments := map[string]any{"enrollment_group_id": group.State["id"]}
	trust := server.MustCreate(typeDPSTrust, arguments)
	run := moments[0].Add(30 * day)
	active := map[string]bool{}
	for _, moment := range moments {
		clock.Set(moment)
		registers(t, bench, moment.Format(time.RFC3339), "")
		active[bench.ActiveCA().Thumbprint().String()] = true
		if t.Failed() {
			t.Fatalf("devices registered from %s to %s", moments[0], moment)
		}
		if moment.Before(run) {
			continue
		}
		run = run.Add(30 * day)
		server := bench.NewServer()
		trust = server.Update(server.Refresh(trust), arguments)
		for _, problem := range trust.Errors {
			t.Errorf("%s: %s", moment.Format(time.RFC3339), problem)
		}
		registers(t, bench, "after the run at "+moment.Format(time.RFC3339), "")
	}
	if len(active) != 3 {
		t.Errorf("the two years saw %d Active CAs, want 3", len(active))
	}
	if left := bench.DPSState().Certificates; len(left) > 2 {
		t.Errorf("the service has %d certificates: %v", len(left), left)
	}
}

// TestDPS_aRotationLetsDevicesInAtEachRequest asks a device of the old and of the new CA
// after each request of a run that renews the CA.
func TestDPS_aRotationLetsDevicesInAtEachRequest(t *testing.T) {
	t.Parallel()
	var ask func(operation string)
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Observe = func(exchange emulator.Exchange) {
			if ask != nil && (exchange.Service == "dps" || strings.HasPrefix(exchange.Operation, "Dps")) {
				ask(exchange.Operation)
			}
		}
	})
	server := bench.NewServer()
	group := server.MustCreate(typeDPSGroup, map[string]any{"group_id": "sphere-devices"})
	arguments := map[string]any{"enrollment_group_id": group.State["id"]}
	trust := server.MustCreate(typeDPSTrust, arguments)
	old, err := emulatortest.NewDevice(bench.Emulator, emulatortest.DeviceID("d"), bench.ActiveCA().Thumbprint().String())
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate} {
		rotate(t, bench, stage)
		server := bench.NewServer()
		read := server.Refresh(trust)
		ask = func(operation string) {
			asked++
			if _, err := old.Enrol(t.Context(), bench.DPS().IDScope); err != nil {
				t.Errorf("after %s: %v", operation, err)
			}
		}
		trust = server.Update(read, arguments)
		ask = nil
		registers(t, bench, "after "+string(stage), "")
	}
	if asked < 5 || len(trust.Errors) > 0 {
		t.Errorf("the device was asked %d times; errors %q", asked, trust.Errors)
	}
}

// TestDPS_aSwapIsRefusedAndRepaired swaps the reference, the certificate under it and
// the verification behind Terraform's back.
func TestDPS_aSwapIsRefusedAndRepaired(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(dpsConfig)
	cli.MustRun("apply", "-auto-approve")
	registers(t, bench, "after the first apply", "")
	name := bench.DPSState().EnrollmentGroups[0].PrimaryReference
	foreign := acctest.ForeignCA(t)
	bench.UploadDPS("foreign", foreign.DER(), true)
	for _, swap := range []struct {
		what, refusal string
		do            func()
	}{
		{"another reference", "no enrollment group holds a CA of the chain", func() { bench.ReferDPS("sphere-devices", "foreign") }},
		{"no verification", "which is not verified", func() { bench.UploadDPS(name, bench.ActiveCA().DER(), false) }},
		{"no certificate", "no enrollment group holds a CA of the chain", func() { bench.MustDoDPS(http.MethodDelete, "certificates/"+name, nil) }},
	} {
		swap.do()
		registers(t, bench, swap.what, swap.refusal)
		if output, _ := cli.Run("plan"); !strings.Contains(output, "Trust is lost") {
			t.Errorf("%s: the plan does not say that trust is lost:\n%s", swap.what, output)
		}
		cli.MustRun("apply", "-auto-approve")
		registers(t, bench, "after "+swap.what+" was repaired", "")
	}
	cli.MustRun("destroy", "-auto-approve")
	registers(t, bench, "after the destroy", "no enrollment group holds a CA of the chain")
	if state := bench.DPSState(); len(state.Certificates) != 1 || state.Certificates[0].Name != "foreign" {
		t.Errorf("the destroy leaves %v, want what is not the tenant's", state.Certificates)
	}
}

// TestDPS_worksWhateverIsUnknownOfTheService runs the life of a trust under every
// position of every switch.
func TestDPS_worksWhateverIsUnknownOfTheService(t *testing.T) {
	t.Parallel()
	for _, position := range emulator.Switches() {
		if !strings.HasPrefix(position.Name, "dps-") {
			continue
		}
		for _, value := range position.Values[1:] {
			t.Run(position.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				bench := acctest.Start(t, func(options *emulator.Options) {
					if err := options.Behavior.Set(position.Name, value); err != nil {
						t.Fatal(err)
					}
				})
				cli := bench.NewCLI(dpsConfig)
				cli.MustRun("apply", "-auto-approve")
				registers(t, bench, "after the first apply", "")
				name := bench.DPSState().EnrollmentGroups[0].PrimaryReference
				if etag := bench.DPSState(); len(etag.Certificates) == 1 && position.Name != "dps-put-resets-verified" && position.Name != "dps-unverified-reference" {
					bench.UploadDPS(name, bench.ActiveCA().DER(), false)
					for range 2 { // Where reads lag, everybody sees by the next run what somebody else did.
						bench.DoDPS(http.MethodGet, "certificates/"+name, nil)
					}
					cli.MustRun("apply", "-auto-approve")
					registers(t, bench, "after the verification was lost", "")
				}
				rotate(t, bench, emulator.StageIssue)
				rotate(t, bench, emulator.StageActivate)
				cli.MustRun("apply", "-auto-approve")
				registers(t, bench, "after a renewal", "")
				rotate(t, bench, emulator.StageExpire)
				cli.MustRun("apply", "-auto-approve")
				registers(t, bench, "after the end of the old CA", "")
				if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
					t.Errorf("the plan in the end is not empty:\n%s", output)
				}
				cli.MustRun("destroy", "-auto-approve")
				if state := bench.DPSState(); len(state.Certificates)+len(state.EnrollmentGroups) > 0 {
					t.Errorf("the destroy leaves %+v", state)
				}
			})
		}
	}
}

// TestDPS_requestBudget is the cost of trust. Operations of the data plane are billed.
func TestDPS_requestBudget(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	counts := func(want map[string]int) func(*terraform.State) error {
		return func(*terraform.State) error {
			got := bench.Count()
			delete(got, "OpenIDConfiguration")
			delete(got, "Token")
			if !maps.Equal(got, want) {
				t.Errorf("requests:\n got %v\nwant %v", got, want)
			}
			bench.ResetRequests()
			return nil
		}
	}
	bench.Run(resource.TestStep{Config: dpsConfig, Check: counts(map[string]int{
		"EnrollmentGroup_Get":                         7,
		"EnrollmentGroup_CreateOrUpdate":              2,
		"Certificates_ListByCatalog":                  2,
		"DpsCertificate_Get":                          3,
		"DpsCertificate_CreateOrUpdate":               1,
		"DpsCertificate_GenerateVerificationCode":     1,
		"Certificates_RetrieveProofOfPossessionNonce": 1,
		"DpsCertificate_VerifyCertificate":            1,
	})})
}

// TestDPS_refreshCosts counts what a plan without changes costs: one billed operation for
// each group, which its trust shares, and one list of certificates for all trusts of a service.
func TestDPS_refreshCosts(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Behavior.DPSSharedCA = true
		options.Latency = 50 * time.Millisecond // So that trusts that do not take turns meet.
	})
	cli := bench.NewCLI(`
resource "azuresphere_dps_enrollment_group" "sphere" {
  count    = 3
  group_id = "group-${count.index}"
}

resource "azuresphere_dps_trust" "this" {
  count               = 3
  enrollment_group_id = azuresphere_dps_enrollment_group.sphere[count.index].id
}
`)
	cli.MustRun("apply", "-auto-approve")
	if state := bench.DPSState(); len(state.Certificates) != 1 {
		t.Errorf("three trusts with one catalog have %d certificates, want one", len(state.Certificates))
	}
	if proofs := bench.Count()["DpsCertificate_GenerateVerificationCode"]; proofs != 1 {
		t.Errorf("three trusts with one catalog proved possession %d times, want once: they take turns", proofs)
	}
	bench.ResetRequests()
	cli.MustRun("plan", "-detailed-exitcode")
	got := bench.Count()
	if want := map[string]int{"EnrollmentGroup_Get": 3, "DpsCertificate_List": 1, "Certificates_ListByCatalog": 1}; !maps.Equal(want, services(got)) {
		t.Errorf("a refresh of three groups sends %v, want %v", services(got), want)
	}
	for _, request := range bench.Requests() {
		if request.Service != "entra" && request.Method != http.MethodGet {
			t.Errorf("a plan sent %s %s", request.Method, request.Path)
		}
	}
	// One trust goes: the others still refer to the certificate.
	cli.MustRun("destroy", "-auto-approve", "-target=azuresphere_dps_trust.this[0]")
	if state := bench.DPSState(); len(state.Certificates) != 1 || len(bench.TrustedByDPS("group-1")) != 1 {
		t.Errorf("one trust is gone, and the service has %+v", state)
	}
	cli.MustRun("destroy", "-auto-approve")
	if state := bench.DPSState(); len(state.Certificates)+len(state.EnrollmentGroups) > 0 {
		t.Errorf("the destroy leaves %+v", state)
	}
}

// services are the counts without those of the sign-in.
func services(counts map[string]int) map[string]int {
	counts = maps.Clone(counts)
	maps.DeleteFunc(counts, func(operation string, _ int) bool {
		return slices.Contains([]string{"OpenIDConfiguration", "Token", ""}, operation)
	})

	return counts
}
