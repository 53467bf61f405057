// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// APIVersion is the version of IoT Central's API that out-of-band requests use.
const APIVersion = iotcentral.APIVersionPreview

// Do sends a request to the first application as somebody else would, with an API
// token and without the provider's client. path begins below /api. It returns the
// status and the decoded answer.
func (b *Bench) Do(method, path string, body any) (int, map[string]any) {
	b.t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	application := b.Info().Applications[0]
	request, err := http.NewRequestWithContext(b.t.Context(), method, application.URL+"/api/"+path+"?api-version="+APIVersion, content)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Authorization", application.APIToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := b.HTTPClient().Do(request)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && err != io.EOF {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}

	return response.StatusCode, answer
}

// MustDo is Do, and fails the test unless the answer is a success.
func (b *Bench) MustDo(method, path string, body any) map[string]any {
	b.t.Helper()
	status, answer := b.Do(method, path, body)
	if status < 200 || status > 299 {
		b.t.Fatalf("%s %s: status %d: %v", method, path, status, answer)
	}

	return answer
}

// SwapCertificate puts another certificate, given as DER, into an entry.
func (b *Bench) SwapCertificate(group string, entry iotcentral.Entry, der []byte, verified bool) {
	b.t.Helper()
	b.MustDo(http.MethodPut, certificatePath(group, entry),
		map[string]any{"certificate": base64.StdEncoding.EncodeToString(der), "verified": verified})
}

// DeleteCertificate empties an entry.
func (b *Bench) DeleteCertificate(group string, entry iotcentral.Entry) {
	b.t.Helper()
	b.MustDo(http.MethodDelete, certificatePath(group, entry), nil)
}

// Entry returns the thumbprint in an entry, and whether it is verified. Both are
// zero when it is empty.
func (b *Bench) Entry(group string, entry iotcentral.Entry) (thumbprint string, verified bool) {
	b.t.Helper()
	status, answer := b.Do(http.MethodGet, certificatePath(group, entry), nil)
	if status == http.StatusNotFound {
		return "", false
	}
	info, _ := answer["info"].(map[string]any)
	thumbprint, _ = info["sha1Thumbprint"].(string)
	verified, _ = answer["verified"].(bool)

	return thumbprint, verified
}

func certificatePath(group string, entry iotcentral.Entry) string {
	return "enrollmentGroups/" + group + "/certificates/" + string(entry)
}
