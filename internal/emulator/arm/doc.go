// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package arm is Azure Resource Manager with the resource providers Microsoft.AzureSphere, over the store that both
// generations of Azure Sphere stand on, and Microsoft.IoTCentral.
package arm
