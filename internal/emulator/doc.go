// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package emulator serves, over TLS on loopback, the services that the provider talks to: Microsoft Entra ID, Azure
// Resource Manager with its Azure Sphere and IoT Central resource providers, the Azure Sphere (Legacy) public API and
// the IoT Central data plane.
//
// The emulator is written from the services' specifications and recorded traffic alone. It shares no code with the
// clients of this module, so that a misreading there cannot hide here, and its cryptography is real: certificates,
// chains and proofs of possession have the profiles of the real ones, and verification checks signatures.
//
// Everything an emulator knows lives in memory and ends with it. Several emulators run side by side. What the
// documentation of the real services leaves open is a switch of [Behavior], whose zero value is the likeliest answer.
package emulator
