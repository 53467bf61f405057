// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/iotdps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/legacy"
)

// Behavior decides what the documentation of the real services leaves open: that of all services together. The zero value
// is the likeliest answer to every question. [Behavior.Set] sets a switch by its name and [Switches] lists them.
type Behavior struct {
	CentralBehavior
	CatalogBehavior
	ARMBehavior
	LegacyBehavior
	DPSBehavior
}

// CentralBehavior is what IoT Central leaves open.
type CentralBehavior = central.Behavior

// CatalogBehavior is what both generations of Azure Sphere leave open.
type CatalogBehavior = catalog.Behavior

// ARMBehavior is what Azure Sphere's resource provider leaves open.
type ARMBehavior = arm.Behavior

// LegacyBehavior is what Azure Sphere (Legacy) leaves open.
type LegacyBehavior = legacy.Behavior

// DPSBehavior is what Device Provisioning Service leaves open.
type DPSBehavior = iotdps.Behavior
