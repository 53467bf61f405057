// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// DPS returns the first Device Provisioning Service.
func (b *Bench) DPS() emulator.ProvisioningService { return b.Info().ProvisioningServices[0] }

// DPSGroupID returns the ID of a group of the first service.
func (b *Bench) DPSGroupID(group string) string {
	return dps.GroupID{Service: b.DPS().ResourceID, Group: group}.String()
}

// DPSCertificateID returns the resource ID of a certificate of the first service.
func (b *Bench) DPSCertificateID(name string) string {
	return dps.CertificateID{Service: b.DPS().ResourceID, Name: name}.String()
}

// DPSState returns what the first service stores.
func (b *Bench) DPSState() emulator.ProvisioningServiceState {
	return b.State().ProvisioningServices[0]
}

// DoDPS sends a request to the first service as somebody else would: to its certificates in Azure Resource Manager, for a path
// that begins with certificates, or else to its data plane. It changes whatever is there.
func (b *Bench) DoDPS(method, path string, body any) (int, map[string]any) {
	b.t.Helper()
	var content io.Reader = http.NoBody
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	info := b.Info()
	address, audience := "https://"+b.DPS().Name+"."+info.Endpoints.DPSDNSSuffix+"/"+path+"?api-version=2021-10-01", info.Audiences.DPS
	if strings.HasPrefix(path, "certificates") {
		address = strings.TrimSuffix(info.Endpoints.ResourceManager, "/") + b.DPS().ResourceID + "/" + path + "?api-version=2022-12-12"
		audience = info.Audiences.ResourceManager
	}
	request, err := http.NewRequestWithContext(b.t.Context(), method, address, content)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+b.Token(audience))
	request.Header.Set("Content-Type", "application/json")
	if etag := b.dpsETag(path); etag != "" && method != http.MethodGet {
		request.Header.Set("If-Match", etag)
	}
	client := b.HTTPClient()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && !errors.Is(err, io.EOF) {
		b.t.Fatalf("%s %s: status %d: %v", method, path, response.StatusCode, err)
	}

	return response.StatusCode, answer
}

// dpsETag returns the etag of what a path names, or an empty text when there is none.
func (b *Bench) dpsETag(path string) string {
	_, name, _ := strings.Cut(path, "/")
	name, _, _ = strings.Cut(name, "/")
	state := b.DPSState()
	for _, one := range state.Certificates {
		if strings.HasPrefix(path, "certificates/") && one.Name == name {
			return one.ETag
		}
	}
	for _, one := range state.EnrollmentGroups {
		if strings.HasPrefix(path, "enrollmentGroups/") && one.ID == name {
			return one.ETag
		}
	}

	return ""
}

// MustDoDPS is DoDPS, and fails the test unless the answer is a success.
func (b *Bench) MustDoDPS(method, path string, body any) map[string]any {
	b.t.Helper()
	status, answer := b.DoDPS(method, path, body)
	if status < 200 || status > 299 {
		b.t.Fatalf("%s %s: status %d: %v", method, path, status, answer)
	}

	return answer
}

// UploadDPS puts a certificate, given as DER, under a name, whatever is there.
func (b *Bench) UploadDPS(name string, der []byte, verified bool) {
	b.t.Helper()
	b.MustDoDPS(http.MethodPut, "certificates/"+name, map[string]any{
		"properties": map[string]any{"certificate": base64.StdEncoding.EncodeToString(der), "isVerified": verified},
	})
}

// ReferDPS lets a group refer to certificates; names are primary and secondary. The group is made where there is none.
func (b *Bench) ReferDPS(group string, names ...string) {
	b.t.Helper()
	references := map[string]any{}
	for i, entry := range dps.Entries() {
		if i < len(names) && names[i] != "" {
			references[string(entry)] = names[i]
		}
	}
	b.MustDoDPS(http.MethodPut, "enrollmentGroups/"+group, map[string]any{
		"enrollmentGroupId": group, "attestation": map[string]any{"type": "x509", "x509": map[string]any{"caReferences": references}},
	})
}

// TrustedByDPS returns the thumbprints of the certificates that a group refers to and that are verified.
func (b *Bench) TrustedByDPS(group string) []string {
	b.t.Helper()
	state := b.DPSState()
	var trusted []string
	for _, one := range state.EnrollmentGroups {
		if one.ID != group {
			continue
		}
		for _, name := range []string{one.PrimaryReference, one.SecondaryReference} {
			for _, certificate := range state.Certificates {
				if certificate.Name == name && certificate.Verified {
					trusted = append(trusted, certificate.Thumbprint)
				}
			}
		}
	}

	return trusted
}
