// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package sphere is a client of Azure Sphere: the CA certificates of a tenant and
// the proofs of possession that the Azure Sphere Security Service signs with
// them. One interface covers both generations of the service: Integrated, where a
// tenant is a catalog in Azure Resource Manager, and Legacy, the public API that
// ends on 27 September 2027.
package sphere
