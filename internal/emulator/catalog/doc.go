// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package catalog is the store that both generations of Azure Sphere stand on: catalogs with their CAs, products, device
// groups and devices, and the life of a CA. It knows no protocol.
package catalog
