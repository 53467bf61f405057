// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// Snapshot is what a refresh saw of the CAs of a tenant. Terraform plans a resource
// twice, the second time during the apply, and both plans must be equal. So plans
// are made from what the refresh saw, even when the tenant has changed since.
type Snapshot struct {
	Tenant sphere.Scope `json:"tenant"`
	// At is a time at which the CAs had the roles that they had at the refresh.
	At           time.Time            `json:"at"`
	Certificates []sphere.Certificate `json:"certificates"`
}

// snapshotKey is the key of Snapshot in the private state.
const snapshotKey = "seen"

// ReadSnapshot returns what the last refresh saw of a tenant, and reports false when that
// was another tenant, or nothing.
func ReadSnapshot(ctx context.Context, private PrivateReader, tenant sphere.Scope, diags *diag.Diagnostics) (Snapshot, bool) {
	snapshot, found := ReadPrivate[Snapshot](ctx, private, snapshotKey, diags)

	return snapshot, found && snapshot.Tenant.Same(tenant)
}

// SaveIfChanged keeps what a refresh saw, for the plan that follows, and returns what is
// kept. That is what the refresh before saw, with its time, unless a CA or a role
// has changed: a refresh that finds nothing new must leave the state as it is, or
// each run would write one.
func (s Snapshot) SaveIfChanged(ctx context.Context, before PrivateReader, private PrivateWriter, diags *diag.Diagnostics) Snapshot {
	if kept, found := ReadSnapshot(ctx, before, s.Tenant, diags); found && s.sameAs(kept) {
		return kept
	}
	s.Save(ctx, private, diags)

	return s
}

// Save keeps what was seen, whatever was seen before.
func (s Snapshot) Save(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, snapshotKey, s, diags)
}

// DropSnapshot drops what a refresh saw, so that the plan that follows looks for itself.
func DropSnapshot(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, snapshotKey, nil)...)
}

// sameAs reports whether another look found the same CAs, in any order, with the
// same roles.
func (s Snapshot) sameAs(other Snapshot) bool {
	encoded := func(certificates []sphere.Certificate) []byte {
		sorted := slices.SortedFunc(slices.Values(certificates), func(a, b sphere.Certificate) int {
			return cmp.Or(bytes.Compare(a.Thumbprint[:], b.Thumbprint[:]), cmp.Compare(a.ID, b.ID))
		})
		text, _ := json.Marshal(sorted) //nolint:errchkjson // A certificate always has a JSON form.
		return text
	}

	return bytes.Equal(encoded(s.Certificates), encoded(other.Certificates)) && trust.SameRoles(s.Certificates, s.At, other.At)
}
