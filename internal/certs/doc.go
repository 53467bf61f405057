// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package certs reads, normalises, encodes and checks X.509 certificates. It
// does no I/O and imports nothing else of this module.
package certs
