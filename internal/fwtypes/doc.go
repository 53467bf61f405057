// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package fwtypes holds the attribute types, validators and plan modifiers that
// several Terraform types share: certificates and thumbprints that are compared
// by meaning instead of by spelling.
package fwtypes
