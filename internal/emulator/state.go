// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
)

// State is a snapshot of everything the services store. It has no members that change by reading, so that two
// snapshots are equal when nothing was changed in between.
type State struct {
	Catalogs     []CatalogState     `json:"catalogs"`
	Applications []ApplicationState `json:"applications"`
}

// CatalogState is an Azure Sphere catalog in a [State].
type CatalogState = catalog.State

// ApplicationState is an IoT Central application in a [State].
type ApplicationState = central.ApplicationState

// State returns a snapshot of what the services store.
func (e *Emulator) State() State {
	return State{Catalogs: e.store.State(e.now()), Applications: e.central.State()}
}
