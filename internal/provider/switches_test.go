// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// TestMainJob_worksWhateverIsUnknownOfTheServices runs the life of a trust under
// every position of every switch of the emulator: what is not known of the real
// services must not matter.
func TestMainJob_worksWhateverIsUnknownOfTheServices(t *testing.T) {
	t.Parallel()
	for _, position := range emulator.Switches() {
		if strings.HasPrefix(position.Name, "dps-") {
			continue // TestDPS_worksWhateverIsUnknownOfTheService has them.
		}
		for i, value := range position.Values {
			if i == 0 && position.Name != "group-put" {
				continue // All defaults once are enough.
			}
			t.Run(position.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				bench := acctest.Start(t, func(options *emulator.Options) {
					if err := options.Behavior.Set(position.Name, value); err != nil {
						t.Fatal(err)
					}
				})
				if strings.HasPrefix(position.Name, "legacy-") {
					bench.Setenv("AZURE_SPHERE_CATALOG_ID", "")
					bench.Setenv("AZURE_SPHERE_TENANT_ID", bench.Info().SphereTenantID)
				}
				lifeOfATrust(t, bench)
			})
		}
	}
}

// lifeOfATrust creates, repairs, rotates and destroys with real Terraform.
func lifeOfATrust(t *testing.T, bench *acctest.Bench) {
	t.Helper()
	before := applications(t, bench)
	cli := bench.NewCLI(oneName)
	for _, act := range []struct {
		name string
		do   func()
	}{
		{"create", func() {}},
		{"the certificate was swapped", func() {
			bench.SwapCertificate(acctest.Group, iotcentral.Primary, acctest.ForeignCA(t).DER(), true)
		}},
		{"the entry was deleted", func() { bench.DeleteCertificate(acctest.Group, iotcentral.Primary) }},
		{"the CA was renewed", func() {
			rotate(t, bench, emulator.StageIssue)
			rotate(t, bench, emulator.StageActivate)
		}},
	} {
		act.do()
		// Where reads lag, everybody sees by the next run what somebody else did.
		for range 2 {
			bench.Do("GET", "enrollmentGroups/"+acctest.Group+"/certificates/primary", nil)
		}
		cli.MustRun("apply", "-auto-approve")
		thumbprint, verified := bench.Entry(acctest.Group, iotcentral.Primary)
		if want := bench.ActiveCA().Thumbprint().String(); thumbprint != want || !verified {
			t.Fatalf("%s: the entry holds %q, verified %t; want %s, verified", act.name, thumbprint, verified, want)
		}
	}
	if output, code := cli.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan in the end is not empty:\n%s", output)
	}
	cli.MustRun("destroy", "-auto-approve")
	if after := applications(t, bench); after != before {
		t.Errorf("destroy left the applications in another state:\nbefore: %s\nafter:  %s", before, after)
	}
}

func applications(t *testing.T, bench *acctest.Bench) string {
	t.Helper()
	encoded, err := json.Marshal(bench.State().Applications)
	if err != nil {
		t.Fatal(err)
	}

	return string(encoded)
}
