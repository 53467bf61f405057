// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services_test

import (
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// snapshotAt is a tenant whose first CA expires a day after noon.
func snapshotAt(at time.Time) services.Snapshot {
	return services.Snapshot{Tenant: sphere.Scope{CatalogID: "/catalog"}, At: at, Certificates: []sphere.Certificate{
		{ID: "1", Thumbprint: certs.Thumbprint{0xAA}, Status: sphere.Inactive, NotBefore: noon.AddDate(-2, 0, 0), NotAfter: noon.AddDate(0, 0, 1)},
		{ID: "2", Thumbprint: certs.Thumbprint{0xBB}, Status: sphere.Active, NotBefore: noon.AddDate(0, -3, 0), NotAfter: noon.AddDate(2, 0, 0)},
	}}
}

func TestSeen_keepsItsTimeUntilSomethingChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		later  time.Duration
		change func(*services.Snapshot)
		kept   bool
	}{
		"nothing":             {time.Hour, nil, true},
		"the order":           {time.Hour, func(s *services.Snapshot) { slices.Reverse(s.Certificates) }, true},
		"a role, by the time": {48 * time.Hour, nil, false},
		"a status":            {time.Hour, func(s *services.Snapshot) { s.Certificates[0].Status = sphere.Revoked }, false},
		"another CA":          {time.Hour, func(s *services.Snapshot) { s.Certificates = s.Certificates[1:] }, false},
		"another tenant":      {time.Hour, func(s *services.Snapshot) { s.Tenant.CatalogID = "/other" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			state := private{}
			snapshotAt(noon).SaveIfChanged(t.Context(), state, state, &diags)
			before := string(state["seen"])
			now := snapshotAt(noon.Add(test.later))
			if test.change != nil {
				test.change(&now)
			}
			kept := now.SaveIfChanged(t.Context(), state, state, &diags)
			if same := string(state["seen"]) == before; same != test.kept || kept.At.Equal(noon) != test.kept || diags.HasError() {
				t.Errorf("the private state is the same: %t, the time %v, %v; want %t", same, kept.At, diags, test.kept)
			}
		})
	}
}

func TestDropSnapshot_letsTheNextPlanLook(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	state := private{}
	snapshotAt(noon).Save(t.Context(), state, &diags)
	services.DropSnapshot(t.Context(), state, &diags)
	if _, found := services.ReadSnapshot(t.Context(), state, snapshotAt(noon).Tenant, &diags); found || diags.HasError() {
		t.Errorf("something is recalled: %v", diags)
	}
}
