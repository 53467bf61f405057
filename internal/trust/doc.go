// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package trust is the domain: which CA of an Azure Sphere tenant is meant, and
// the handshake that makes an IoT Central application trust it. It knows neither
// Terraform nor HTTP.
package trust
