// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package legacy is the Azure Sphere (Legacy) public API. Its tenants are the catalogs of the store, as after a migration:
// both generations show the same CAs.
package legacy
