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

// Seen is what a refresh saw of the CAs of a tenant. Terraform plans a resource
// twice, the second time during the apply, and both plans must be equal. So plans
// are made from what the refresh saw, even when the tenant has changed since.
type Seen struct {
	Tenant sphere.Scope `json:"tenant"`
	// At is a time at which the CAs had the roles that they had at the refresh.
	At           time.Time            `json:"at"`
	Certificates []sphere.Certificate `json:"certificates"`
}

// seenKey is the key of Seen in the private state.
const seenKey = "seen"

// Recall returns what the last refresh saw of a tenant, and reports false when that
// was another tenant, or nothing.
func Recall(ctx context.Context, private PrivateReader, tenant sphere.Scope, diags *diag.Diagnostics) (Seen, bool) {
	seen, found := ReadPrivate[Seen](ctx, private, seenKey, diags)

	return seen, found && seen.Tenant.Same(tenant)
}

// Keep keeps what a refresh saw, for the plan that follows, and returns what is
// kept. That is what the refresh before saw, with its time, unless a CA or a role
// has changed: a refresh that finds nothing new must leave the state as it is, or
// each run would write one.
func (s Seen) Keep(ctx context.Context, before PrivateReader, private PrivateWriter, diags *diag.Diagnostics) Seen {
	if kept, found := Recall(ctx, before, s.Tenant, diags); found && s.sameAs(kept) {
		return kept
	}
	s.Write(ctx, private, diags)

	return s
}

// Write keeps what was seen, whatever was seen before.
func (s Seen) Write(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, seenKey, s, diags)
}

// Forget drops what a refresh saw, so that the plan that follows looks for itself.
func Forget(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, seenKey, nil)...)
}

// sameAs reports whether another look found the same CAs, in any order, with the
// same roles.
func (s Seen) sameAs(other Seen) bool {
	encoded := func(certificates []sphere.Certificate) []byte {
		sorted := slices.SortedFunc(slices.Values(certificates), func(a, b sphere.Certificate) int {
			return cmp.Or(cmp.Compare(a.Thumbprint, b.Thumbprint), cmp.Compare(a.ID, b.ID))
		})
		text, _ := json.Marshal(sorted) //nolint:errchkjson // A certificate always has a JSON form.
		return text
	}

	return bytes.Equal(encoded(s.Certificates), encoded(other.Certificates)) && trust.SameRoles(s.Certificates, s.At, other.At)
}
