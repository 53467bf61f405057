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
	"net/url"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
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
	var answer map[string]any
	contentType := "application/json"
	if method == http.MethodPatch {
		contentType = "application/merge-patch+json"
	}
	status := b.send(method, application.URL+"/api/"+path+"?api-version="+APIVersion, application.APIToken, contentType, content, &answer)

	return status, answer
}

func (b *Bench) send(method, address, authorization, contentType string, content io.Reader, answer any) int {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, address, content)
	if err != nil {
		b.t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	client := b.HTTPClient()
	defer client.CloseIdleConnections() // Each client has connections of its own.
	response, err := client.Do(request)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, address, err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil && !errors.Is(err, io.EOF) {
		b.t.Fatalf("%s %s: status %d: %v", method, address, response.StatusCode, err)
	}

	return response.StatusCode
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

// Token returns an access token of the emulator's first principal.
func (b *Bench) Token(audience string) string {
	b.t.Helper()
	info := b.Info()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {info.ClientID},
		"client_secret": {info.ClientSecret},
		"scope":         {audience + "/.default"},
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	b.send(http.MethodPost, info.Endpoints.AuthorityHost+info.TenantID+"/oauth2/v2.0/token", "",
		"application/x-www-form-urlencoded", strings.NewReader(form.Encode()), &answer)

	return answer.AccessToken
}

// NewCatalog creates a catalog beside the default one, and returns its ID.
func (b *Bench) NewCatalog(name string) string {
	b.t.Helper()
	info := b.Info()
	id := info.CatalogID[:strings.LastIndex(info.CatalogID, "/")+1] + name
	var answer map[string]any
	status := b.send(http.MethodPut, strings.TrimSuffix(info.Endpoints.ResourceManager, "/")+id+"?api-version=2024-04-01",
		"Bearer "+b.Token(info.Audiences.ResourceManager), "application/json", strings.NewReader(`{"location":"global"}`), &answer)
	if status != http.StatusOK && status != http.StatusCreated {
		b.t.Fatalf("create the catalog %s: status %d: %v", name, status, answer)
	}

	return id
}

// ActiveCA returns the Active CA of the default catalog.
func (b *Bench) ActiveCA() *certs.Certificate {
	b.t.Helper()
	var list struct {
		Value []struct {
			Properties struct{ Certificate, Status string }
		}
	}
	info := b.Info()
	b.send(http.MethodGet, strings.TrimSuffix(info.Endpoints.ResourceManager, "/")+info.CatalogID+"/certificates?api-version=2024-04-01",
		"Bearer "+b.Token(info.Audiences.ResourceManager), "", nil, &list)
	for _, certificate := range list.Value {
		if certificate.Properties.Status != "Active" {
			continue
		}
		parsed, err := certs.Parse(certificate.Properties.Certificate)
		if err != nil {
			b.t.Fatal(err)
		}
		return parsed
	}
	b.t.Fatal("the catalog has no Active CA")

	return nil
}
