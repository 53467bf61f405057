// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package acctest gives each acceptance test an emulator and a provider of its
// own: real Terraform, real HTTP over TLS, no network, and no environment
// variables of the process, so that tests run in parallel.
package acctest
