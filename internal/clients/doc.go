// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package clients is what a configured provider hands to its Terraform types:
// the clients of the services, the defaults of the provider block, the clock, and
// one way to turn errors into diagnostics.
package clients
