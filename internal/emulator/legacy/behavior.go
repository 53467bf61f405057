// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package legacy

// Behavior decides what the documentation leaves open of Azure Sphere (Legacy).
type Behavior struct {
	LegacyStringsBare        bool // certificates are answered as bare text; default: as JSON strings
	LegacyListWrapped        bool // lists are {"Items":[…]}; default: bare arrays
	LegacyPEM                bool // certificates are PEM inside the base64; default: DER
	LegacyMissingCertificate bool // an unknown or expired thumbprint answers null; default: 404
}
