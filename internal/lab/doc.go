// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package lab runs the emulator as a process of its own, as users do, and a
// Terraform that reaches it and nothing else.
package lab
