// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services_test

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// private is a private state.
type private map[string][]byte

// GetKey implements services.PrivateReader.
func (p private) GetKey(_ context.Context, key string) ([]byte, diag.Diagnostics) { return p[key], nil }

// SetKey implements services.PrivateWriter.
func (p private) SetKey(_ context.Context, key string, value []byte) diag.Diagnostics {
	p[key] = value

	return nil
}

func TestRecall_onlyWhatWasSeenOfTheTenant(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	kept, tenant := private{}, sphere.Scope{CatalogID: "/Catalog"}
	if _, found := services.ReadSnapshot(t.Context(), kept, tenant, &diags); found {
		t.Error("there is a snapshot, and none was saved")
	}
	services.Snapshot{Tenant: tenant, Certificates: []sphere.Certificate{{Thumbprint: certs.Thumbprint{0xAB}}}}.SaveIfChanged(t.Context(), kept, kept, &diags)
	if snapshot, found := services.ReadSnapshot(t.Context(), kept, sphere.Scope{CatalogID: "/catalog"}, &diags); !found || snapshot.Certificates[0].Thumbprint != (certs.Thumbprint{0xAB}) {
		t.Errorf("read %v, %t, want what was saved", snapshot, found)
	}
	if snapshot, found := services.ReadSnapshot(t.Context(), kept, sphere.Scope{TenantID: "other"}, &diags); found {
		t.Errorf("read %v of another tenant", snapshot)
	}
	if diags.HasError() {
		t.Errorf("got %v", diags)
	}
}

func TestPrivateState_thatCannotBeReadOrWrittenIsAnError(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	if value, found := services.ReadPrivate[[]string](t.Context(), private{"uploaded": []byte("{")}, "uploaded", &diags); found {
		t.Errorf("read %v", value)
	}
	if !diags.HasError() || !strings.Contains(diags[0].Detail(), "uploaded") {
		t.Errorf("got %v, want an error that names the key", diags)
	}
	diags = nil
	kept := private{}
	if services.WritePrivate(t.Context(), kept, "key", func() {}, &diags); !diags.HasError() || len(kept) > 0 {
		t.Errorf("got %v and kept %v, want an error", diags, kept)
	}
}
