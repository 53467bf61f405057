// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const (
	sphereVersion  = "2024-04-01"
	previewVersion = "2022-10-31-preview"
	stableVersion  = "2022-07-31"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, time.May, 4, 6, 2, 1, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// session is an emulator and a client of it.
type session struct {
	t      *testing.T
	e      *emulator.Emulator
	info   emulator.Info
	client *http.Client
}

// start starts an emulator that ends with the test.
func start(t *testing.T, opts emulator.Options) *session {
	t.Helper()
	e, err := emulator.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	client := e.HTTPClient()
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return &session{t, e, e.Info(), client}
}

// in returns the session for a subtest.
func (s *session) in(t *testing.T) *session {
	c := *s
	c.t = t
	return &c
}

// reply is an answer that was read to its end.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// send sends a request with the headers, given as pairs of name and value.
func (s *session) send(method, address string, body []byte, headers ...string) *reply {
	s.t.Helper()
	r, err := s.try(method, address, body, headers...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *session) try(method, address string, body []byte, headers ...string) (*reply, error) {
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return &reply{s.t, resp.StatusCode, resp.Header, read}, nil
}

// token is an Authorization header for the audience, of the first principal or of the named one.
func (s *session) token(audience string, name ...string) string {
	s.t.Helper()
	p := s.info.Principals[0]
	for _, other := range s.info.Principals {
		if len(name) > 0 && other.Name == name[0] {
			p = other
		}
	}
	token, err := s.e.Token(p.ClientID, audience)
	if err != nil {
		s.t.Fatal(err)
	}
	return "Bearer " + token
}

// arm sends a request to Resource Manager. A body that is not empty is JSON.
func (s *session) arm(method, path, body string) *reply {
	s.t.Helper()
	return s.armAs("owner", method, path, body)
}

func (s *session) armAs(principal, method, path, body string) *reply {
	s.t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	headers := []string{"Authorization", s.token(s.info.Audiences.ResourceManager, principal)}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return s.send(method, strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/")+path+separator+"api-version="+sphereVersion,
		[]byte(body), headers...)
}

// central sends a request to the first IoT Central application, in the preview version.
func (s *session) central(method, path, body string) *reply {
	s.t.Helper()
	headers := []string{"Authorization", s.token(s.info.Audiences.IoTCentral)}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return s.send(method, s.centralURL(path, previewVersion), []byte(body), headers...)
}

func (s *session) centralURL(path, version string) string {
	return s.info.Applications[0].URL + "/api" + path + "?api-version=" + version
}

// legacy sends a request to the Azure Sphere (Legacy) API.
func (s *session) legacy(method, path, body string) *reply {
	s.t.Helper()
	return s.send(method, strings.TrimSuffix(s.info.Endpoints.AzureSphere, "/")+path, []byte(body),
		"Authorization", s.token(s.info.Audiences.AzureSphere), "Content-Type", "application/json")
}

// tokenRequest sends a form to the token endpoint.
func (s *session) tokenRequest(form url.Values) *reply {
	s.t.Helper()
	return s.send(http.MethodPost, s.info.Endpoints.AuthorityHost+s.info.TenantID+"/oauth2/v2.0/token",
		[]byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// want fails the test unless the answer has the status.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d; body: %s", r.status, status, r.body)
	}
	return r
}

// at returns the value that the path of members and indices leads to, or nil.
func (r *reply) at(path ...any) any {
	r.t.Helper()
	var value any
	if err := json.Unmarshal(r.body, &value); err != nil {
		r.t.Fatalf("body is not JSON: %v: %s", err, r.body)
	}
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// text is at for a string.
func (r *reply) text(path ...any) string {
	r.t.Helper()
	text, ok := r.at(path...).(string)
	if !ok {
		r.t.Fatalf("no string at %v in %s", path, r.body)
	}
	return text
}

// certificate reads base64 of DER.
func (s *session) certificate(encoded string) *x509.Certificate {
	s.t.Helper()
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		s.t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		s.t.Fatal(err)
	}
	return parsed
}

// activeCA is the default catalog's active certificate as ARM lists it: serial number and base64 of the DER.
func (s *session) activeCA() (serial, encoded string) {
	s.t.Helper()
	list := s.arm(http.MethodGet, s.info.CatalogID+"/certificates", "").want(http.StatusOK)
	for i := 0; list.at("value", i) != nil; i++ {
		if list.text("value", i, "properties", "status") == "Active" {
			return list.text("value", i, "name"), list.text("value", i, "properties", "certificate")
		}
	}
	s.t.Fatal("no certificate is active")
	return "", ""
}

// proof asks Azure Sphere for a proof of possession, in base64 of the DER.
func (s *session) proof(serial, nonce string) string {
	s.t.Helper()
	return s.arm(http.MethodPost, s.info.CatalogID+"/certificates/"+serial+"/retrieveProofOfPossessionNonce",
		jsonText(map[string]string{"proofOfPossessionNonce": nonce})).want(http.StatusOK).text("certificate")
}

// x509Group makes an X.509 enrollment group.
func (s *session) x509Group(id string) *reply {
	s.t.Helper()
	return s.central(http.MethodPut, "/enrollmentGroups/"+id,
		`{"displayName":"Sphere","type":"iot","attestation":{"type":"x509"}}`).want(http.StatusOK)
}

// entry makes a group and puts the active CA into its primary entry. It returns the path of the entry.
func (s *session) entry(group string) string {
	s.t.Helper()
	_, encoded := s.activeCA()
	s.x509Group(group)
	path := "/enrollmentGroups/" + group + "/certificates/primary"
	s.central(http.MethodPut, path, jsonText(map[string]any{"verified": false, "certificate": encoded})).want(http.StatusOK)
	return path
}

func (s *session) code(entry string) string {
	s.t.Helper()
	return s.central(http.MethodPost, entry+"/generateVerificationCode", "").want(http.StatusOK).text("verificationCode")
}

func (s *session) verify(entry, proof string) *reply {
	s.t.Helper()
	return s.central(http.MethodPost, entry+"/verify", jsonText(map[string]string{"certificate": proof}))
}

func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// pemText is base64 of the PEM of certificates, as IoT Central takes them.
func pemText(certificates ...*x509.Certificate) string {
	var text []byte
	for _, c := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return base64.StdEncoding.EncodeToString(text)
}
