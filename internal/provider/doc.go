// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider: its schema, how its configuration
// is resolved from arguments and environment variables, and the register of its
// types.
package provider
