// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/x509"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
)

// Stage is a step in the life of a catalog's CA.
type Stage = catalog.Stage

// The steps, in the order in which the service takes them.
const (
	StageIssue    = catalog.StageIssue    // a successor is made, Inactive beside the Active one
	StageActivate = catalog.StageActivate // the successor becomes Active, its predecessor Inactive
	StageExpire   = catalog.StageExpire   // the predecessor, or the Active one when there is none, becomes Expired
	StageRevoke   = catalog.StageRevoke   // likewise, Revoked
)

// Rotate takes the CA of a catalog one step further. The catalog is named by its ARM resource ID or by its tenant ID;
// an empty name is the default catalog. It reports an error when there is no such catalog or stage, when a successor is
// to be made though there is one, and when none is there to activate.
//
// Stages other than [StageIssue] change the status alone: a certificate's dates cannot change once it is signed. Use
// [Options.CAAge] for dates near their end.
func (e *Emulator) Rotate(catalogID string, stage Stage) error {
	return e.store.Rotate(catalogID, stage, e.now())
}

// DeviceCertificate issues the certificate of a device under the CA with the thumbprint, whatever its status, as if the
// device had got it just now. It reports an error when no catalog has such a CA.
func (e *Emulator) DeviceCertificate(caThumbprint, deviceID string) (*x509.Certificate, error) {
	return e.store.DeviceCertificate(caThumbprint, deviceID, e.now())
}

// CanEnrol reports whether an application would let a device with this certificate enrol now: an enabled group has a
// verified CA that is valid and has signed it.
func (e *Emulator) CanEnrol(subdomain string, device *x509.Certificate) bool {
	return e.central.CanEnrol(subdomain, device)
}

// Register has a device with this certificate register at the provisioning service with the ID scope. It returns the IoT hub
// that the device is assigned to, or the reason for which it is refused.
func (e *Emulator) Register(idScope string, device *x509.Certificate) (hub, refused string) {
	return e.dps.Register(idScope, device)
}
