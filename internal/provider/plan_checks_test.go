// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"reflect"

	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

type planCheck func(context.Context, plancheck.CheckPlanRequest) error

// CheckPlan implements plancheck.PlanCheck.
func (c planCheck) CheckPlan(ctx context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = c(ctx, req)
}

// expectBefore checks what a plan shows as the present value of an attribute.
func expectBefore(address, attribute string, want any) plancheck.PlanCheck {
	return planCheck(func(_ context.Context, req plancheck.CheckPlanRequest) error {
		for _, change := range req.Plan.ResourceChanges {
			if change.Address != address {
				continue
			}
			before, _ := change.Change.Before.(map[string]any)
			if got := before[attribute]; !reflect.DeepEqual(got, want) {
				return fmt.Errorf("%s: the plan shows %s = %v at present, want %v", address, attribute, got, want)
			}
			return nil
		}
		return fmt.Errorf("%s is not in the plan", address)
	})
}

// eventually makes a check whose expectation is known only when it is reached.
func eventually(check func() plancheck.PlanCheck) plancheck.PlanCheck {
	return planCheck(func(ctx context.Context, req plancheck.CheckPlanRequest) error {
		var resp plancheck.CheckPlanResponse
		check().CheckPlan(ctx, req, &resp)
		return resp.Error
	})
}
