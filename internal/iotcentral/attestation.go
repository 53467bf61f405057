// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import "encoding/json"

// Attestation is how the devices of a group prove who they are.
type Attestation struct {
	// Type is x509 or symmetricKey.
	Type string `json:"type"`
	// SymmetricKey holds the keys of a symmetricKey group. The service makes them
	// when they are missing.
	SymmetricKey *SymmetricKey `json:"symmetricKey,omitempty"`
	// Certificates are what the answer shows of the entries of an x509 group, as far
	// as it shows thumbprint and verified. Whether the service shows anything here is
	// not known: an entry that is missing need not be empty.
	Certificates map[Entry]SigningCertificate `json:"-"`
	// Partial says that the answer shows something else of an entry.
	Partial bool `json:"-"`
}

// UnmarshalJSON implements json.Unmarshaler. What it cannot understand of the
// certificates is no error: they can be read one by one.
func (a *Attestation) UnmarshalJSON(text []byte) error {
	type attestation Attestation // Without this method.
	if err := json.Unmarshal(text, (*attestation)(a)); err != nil {
		return err
	}
	var shown struct {
		X509 struct {
			SigningCertificates map[Entry]json.RawMessage `json:"signingCertificates"`
		} `json:"x509"`
	}
	a.Certificates, a.Partial = nil, json.Unmarshal(text, &shown) != nil
	for entry, member := range shown.X509.SigningCertificates {
		var certificate signingCertificate
		if err := json.Unmarshal(member, &certificate); err != nil || !certificate.isWhole() {
			a.Partial = true
			continue
		}
		found, err := certificate.public()
		if err != nil {
			a.Partial = true
			continue
		}
		if a.Certificates == nil {
			a.Certificates = map[Entry]SigningCertificate{}
		}
		a.Certificates[entry] = found
	}

	return nil
}
