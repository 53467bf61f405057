// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package architecture holds the test of which package may import which. DESIGN.md
// draws the same map for people.
package architecture
