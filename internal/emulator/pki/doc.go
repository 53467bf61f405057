// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package pki makes the certificates of the emulated services: Azure Sphere's hierarchy of CAs, proofs of possession and
// device certificates on the profiles of the real ones, and the certificates of the emulator itself.
package pki
