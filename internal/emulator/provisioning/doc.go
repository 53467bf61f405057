// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package provisioning is what devices call: the registration API of the Device Provisioning Service, which each IoT Central
// application has one of. A device shows its certificate chain in the TLS handshake, and is assigned to a hub by an
// enrollment group that trusts a CA of the chain. The package knows neither IoT Central nor Resource Manager: an ID scope
// leads to a [Scope], which has the groups.
package provisioning
