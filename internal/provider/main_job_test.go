// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

func TestMainJob_endsVerifiedAndLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	before := bench.State()

	bench.Run(resource.TestStep{
		Config: acctest.TrustConfig,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(acctest.Verification, tfjsonpath.New("verified"), knownvalue.Bool(true)),
		},
	}, resource.TestStep{
		Config: acctest.TrustConfig,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
		Check: func(*terraform.State) error {
			return nil
		},
	})

	if after := bench.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("destroy left the services in another state:\nbefore: %+v\nafter:  %+v", before, after)
	}
}
