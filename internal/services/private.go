// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package services holds what the Terraform types of both services share.
package services

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// PrivateReader is the private state of a resource, in a request.
type PrivateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is the private state of a resource, in a response.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// ReadPrivate decodes what WritePrivate kept under the key, and reports whether
// there is anything.
func ReadPrivate[T any](ctx context.Context, private PrivateReader, key string, diags *diag.Diagnostics) (value T, found bool) {
	encoded, problems := private.GetKey(ctx, key)
	diags.Append(problems...)
	if len(encoded) == 0 {
		return value, false
	}
	if err := json.Unmarshal(encoded, &value); err != nil {
		diags.AddError("Unreadable private state", "What the provider keeps under "+key+" cannot be read: "+fwtypes.Sentence(err))
		return value, false
	}

	return value, true
}

// WritePrivate keeps a value in the private state.
func WritePrivate[T any](ctx context.Context, private PrivateWriter, key string, value T, diags *diag.Diagnostics) {
	encoded, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Cannot write the private state", fwtypes.Sentence(err))
		return
	}
	diags.Append(private.SetKey(ctx, key, encoded)...)
}
