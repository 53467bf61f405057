// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// onPlan is a plan check that does something between plan and apply.
type onPlan func()

// CheckPlan implements plancheck.PlanCheck.
func (f onPlan) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	f()
}
