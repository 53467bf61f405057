// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package central is the data plane of IoT Central: applications with enrollment groups, their certificate entries and the
// verification of these, API tokens and devices.
package central
