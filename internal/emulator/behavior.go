// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/legacy"
)

// Behavior decides what the documentation of the real services leaves open: that of all services together. The zero value
// is the likeliest answer to every question. [Behavior.Set] sets a switch by its name and [Switches] lists them.
type Behavior struct {
	CentralBehavior
	CatalogBehavior
	ARMBehavior
	LegacyBehavior
}

// What the services leave open, each by itself.
type (
	CentralBehavior = central.Behavior
	CatalogBehavior = catalog.Behavior
	ARMBehavior     = arm.Behavior
	LegacyBehavior  = legacy.Behavior
)
