// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

// SignToken signs any claims as the token endpoint signs its own.
func (e *Emulator) SignToken(claims map[string]any) (string, error) { return e.tenant.Sign(claims) }
