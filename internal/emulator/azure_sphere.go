// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/tls"

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

// DeviceCertificate issues the certificate of a device, with its chain and its key, under the CA with the thumbprint,
// whatever its status, as if the device had got it just now. It reports an error when no catalog has such a CA.
func (e *Emulator) DeviceCertificate(caThumbprint, deviceID string) (tls.Certificate, error) {
	return e.store.DeviceCertificate(caThumbprint, deviceID, e.now())
}
