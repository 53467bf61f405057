// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// Device is a device of the default catalog: an independent witness of trust.
type Device struct {
	*emulatortest.Device

	bench *Bench
}

// DeviceOf returns a device whose certificate is signed by the CA with the
// thumbprint.
func (b *Bench) DeviceOf(caThumbprint string) *Device {
	b.t.Helper()
	made, err := emulatortest.NewDevice(b.Emulator, emulatortest.DeviceID("d"), caThumbprint)
	if err != nil {
		b.t.Fatal(err)
	}

	return &Device{made, b}
}

// Device returns a device of the Active CA, which got its certificate just now.
func (b *Bench) Device() *Device {
	b.t.Helper()

	return b.DeviceOf(b.ActiveCA().Thumbprint().String())
}

// Try presents the certificate to the provisioning service of the first
// application, and returns why the device is not assigned.
func (d *Device) Try() error {
	_, err := d.Enrol(d.bench.t.Context(), d.bench.Info().Applications[0].IDScope)

	return err
}

// MustEnrol fails the test unless the device is assigned.
func (d *Device) MustEnrol(t *testing.T, when string) {
	t.Helper()
	if err := d.Try(); err != nil {
		t.Errorf("%s: %v", when, err)
	}
}

// MustBeRefused fails the test unless the service refuses the device for a reason
// that has the words.
func (d *Device) MustBeRefused(t *testing.T, when, words string) {
	t.Helper()
	err := d.Try()
	var refused *emulatortest.RefusedError
	if !errors.As(err, &refused) || !strings.Contains(refused.Reason, words) {
		t.Errorf("%s: %v, want a refusal that says %q", when, err, words)
	}
}
