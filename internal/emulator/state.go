// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/iotdps"
)

// State is a snapshot of everything the services store. It has no members that change by reading, so that two
// snapshots are equal when nothing was changed in between.
type State struct {
	Catalogs     []CatalogState     `json:"catalogs"`
	Applications []ApplicationState `json:"applications"`

	ProvisioningServices []ProvisioningServiceState `json:"provisioning_services"`
}

// CatalogState is an Azure Sphere catalog in a [State].
type CatalogState = catalog.State

// ApplicationState is an IoT Central application in a [State].
type ApplicationState = central.ApplicationState

// ProvisioningServiceState is a Device Provisioning Service in a [State].
type ProvisioningServiceState = iotdps.ServiceState

// State returns a snapshot of what the services store.
func (e *Emulator) State() State {
	return State{
		Catalogs: e.store.State(e.now()), Applications: e.central.State(), ProvisioningServices: e.dps.State(),
	}
}
