// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import "time"

// Behavior decides what the documentation leaves open of both generations of Azure Sphere.
type Behavior struct {
	NonActiveBody         NonActiveBody // body of certificates that are not Active
	NonActiveProofRefused bool          // only the Active CA signs proofs; default: an Inactive one does too
	NewCatalogCertificate time.Duration // how long after its creation a catalog has its certificate; 0: at once
	AutomaticRotation     bool          // CAs are renewed as time goes by; default: by Rotate, and when the clock is advanced
	CAKeyP256             bool          // CAs have keys on P-256; default: on P-384
	CASerial              CASerial      // form of the serial numbers of CAs
}

// CASerial is the form of the serial numbers of CAs, as their names show it.
type CASerial string

// The forms that the serial numbers of CAs may have.
const (
	SerialsMixed  CASerial = ""       // signed for the first CA of a catalog, then plain and short, and so on
	SerialsSigned CASerial = "signed" // 34 digits that begin with 00, the sign byte
	SerialsPlain  CASerial = "plain"  // 32 digits, with the top bit clear
	SerialsShort  CASerial = "short"  // 31 digits: the leading zero of an even number is not shown
)

// NonActiveBody says what becomes of the body of a certificate that is not Active.
type NonActiveBody string

// What may become of the body of a certificate that is not Active.
const (
	BodyByLifeCycle NonActiveBody = ""        // present when Inactive, null when Expired or Revoked
	BodyPresent     NonActiveBody = "present" // always present
	BodyNull        NonActiveBody = "null"    // null unless Active
	BodyAbsent      NonActiveBody = "absent"  // no such member unless Active
)
