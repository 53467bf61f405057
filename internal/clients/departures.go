// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"sync"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// Thing is a group, or with an Entry what the entry of a group holds.
type Thing struct {
	Group iotcentral.GroupID
	Entry iotcentral.Entry
}

// Departures is a register of what the plans of a run keep and what they destroy.
// What is left in something that goes too deserves no warning. Terraform plans in
// an order of its own, so a warning may have to wait for the plan of what it is
// about. The zero value is ready to use.
type Departures struct {
	mutex   sync.Mutex
	managed map[Thing]bool
	kept    map[Thing]bool
	waiting map[Thing][]string
}

// Manage says that a resource of the configuration or of the state is for the thing.
func (d *Departures) Manage(thing Thing) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.managed == nil {
		d.managed = map[Thing]bool{}
	}
	d.managed[thing] = true
}

// Managed reports whether Manage was called for the thing.
func (d *Departures) Managed(thing Thing) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	return d.managed[thing]
}

// Keep says that the plan keeps the thing, and returns the warnings that waited for
// it.
func (d *Departures) Keep(thing Thing) (warnings []string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.kept == nil {
		d.kept = map[Thing]bool{}
	}
	d.kept[thing] = true
	warnings = d.waiting[thing]
	delete(d.waiting, thing)

	return warnings
}

// Leave reports whether a plan has kept the thing, so that a warning about what is
// left in it must be given. Otherwise the warning, unless it is empty, waits for such
// a plan.
func (d *Departures) Leave(warning string, thing Thing) (kept bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.kept[thing] {
		return true
	}
	if d.waiting == nil {
		d.waiting = map[Thing][]string{}
	}
	if warning != "" {
		d.waiting[thing] = append(d.waiting[thing], warning)
	}

	return false
}
