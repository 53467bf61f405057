// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"sync"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// Watch has a device ask, after each request to IoT Central, whether it can enrol:
// what devices see while an apply is under way. Its Observe goes into the options of
// the emulator.
type Watch struct {
	mutex  sync.Mutex
	device *Device
	seen   []Sighting
}

// Sighting is what a device saw after a request.
type Sighting struct {
	Operation string // by the names of the OpenAPI files
	Refused   error  // nil: it was assigned
}

// Follow watches a device from now on, or none when it is nil.
func (w *Watch) Follow(device *Device) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.device, w.seen = device, nil
}

// Observe asks the device.
func (w *Watch) Observe(exchange emulator.Exchange) {
	if exchange.Service != "iotcentral" {
		return // The device's own requests are observed, too.
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.device != nil {
		w.seen = append(w.seen, Sighting{exchange.Operation, w.device.Try()})
	}
}

// Seen returns what the device saw since Follow.
func (w *Watch) Seen() []Sighting {
	w.mutex.Lock()
	defer w.mutex.Unlock()

	return w.seen
}
