// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulatortest

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// Versions of the APIs.
const (
	SphereVersion  = "2024-04-01"
	PreviewVersion = "2022-10-31-preview"
	StableVersion  = "2022-07-31"
)

// Clock is a clock that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands still.
func NewClock() *Clock { return &Clock{now: time.Date(2026, time.May, 4, 6, 2, 1, 0, time.UTC)} }

// Now returns its time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it forwards.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Session is an emulator and a client of it.
type Session struct {
	T        *testing.T
	Emulator *emulator.Emulator
	Info     emulator.Info
	Client   *http.Client
}

// Start starts an emulator that ends with the test.
func Start(t *testing.T, opts emulator.Options) *Session {
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
	return &Session{t, e, e.Info(), client}
}

// In returns the session for a subtest.
func (s *Session) In(t *testing.T) *Session {
	c := *s
	c.T = t
	return &c
}

// Reply is an answer that was read to its end.
type Reply struct {
	T      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

// Send sends a request with the headers, given as pairs of name and value.
func (s *Session) Send(method, address string, body []byte, headers ...string) *Reply {
	s.T.Helper()
	r, err := s.Try(method, address, body, headers...)
	if err != nil {
		s.T.Fatal(err)
	}
	return r
}

// Try is Send for a request that may fail.
func (s *Session) Try(method, address string, body []byte, headers ...string) (*Reply, error) {
	req, err := http.NewRequestWithContext(s.T.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	return &Reply{s.T, resp.StatusCode, resp.Header, read}, nil
}

// Token is an Authorization header for the audience, of the first principal or of the named one.
func (s *Session) Token(audience string, name ...string) string {
	s.T.Helper()
	p := s.Info.Principals[0]
	for _, other := range s.Info.Principals {
		if len(name) > 0 && other.Name == name[0] {
			p = other
		}
	}
	token, err := s.Emulator.Token(p.ClientID, audience)
	if err != nil {
		s.T.Fatal(err)
	}
	return "Bearer " + token
}

// ARM sends a request to Resource Manager. A body that is not empty is JSON.
func (s *Session) ARM(method, path, body string) *Reply {
	s.T.Helper()
	return s.ARMAs("owner", method, path, body)
}

// ARMAs sends a request to Resource Manager as the named principal.
func (s *Session) ARMAs(principal, method, path, body string) *Reply {
	s.T.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	headers := []string{"Authorization", s.Token(s.Info.Audiences.ResourceManager, principal)}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return s.Send(method, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+path+separator+"api-version="+SphereVersion,
		[]byte(body), headers...)
}

// Settled sends a request to Resource Manager, which must succeed, and polls its operation, if it has one, until it is done.
func (s *Session) Settled(method, path, body string) *Reply {
	s.T.Helper()
	answered := s.ARM(method, path, body)
	if answered.Status >= http.StatusBadRequest {
		s.T.Fatalf("%s %s: status %d; body: %s", method, path, answered.Status, answered.Body)
	}
	address := answered.Header.Get("Azure-AsyncOperation")
	for range 10 {
		if address == "" || s.Send(http.MethodGet, address, nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).
			Want(http.StatusOK).Text("status") == "Succeeded" {
			return answered
		}
	}
	s.T.Fatal("the operation does not end")
	return nil
}

// Central sends a request to the first IoT Central application, in the preview version.
func (s *Session) Central(method, path, body string) *Reply {
	s.T.Helper()
	headers := []string{"Authorization", s.Token(s.Info.Audiences.IoTCentral)}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return s.Send(method, s.CentralURL(path, PreviewVersion), []byte(body), headers...)
}

// CentralURL returns the address of a path of the first IoT Central application.
func (s *Session) CentralURL(path, version string) string {
	return s.Info.Applications[0].URL + "/api" + path + "?api-version=" + version
}

// Legacy sends a request to the Azure Sphere (Legacy) API.
func (s *Session) Legacy(method, path, body string) *Reply {
	s.T.Helper()
	return s.Send(method, strings.TrimSuffix(s.Info.Endpoints.AzureSphere, "/")+path, []byte(body),
		"Authorization", s.Token(s.Info.Audiences.AzureSphere), "Content-Type", "application/json")
}

// TokenRequest sends a form to the token endpoint.
func (s *Session) TokenRequest(form url.Values) *Reply {
	s.T.Helper()
	return s.Send(http.MethodPost, s.Info.Endpoints.AuthorityHost+s.Info.TenantID+"/oauth2/v2.0/token",
		[]byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// SecretForm asks for a token with the first principal's secret.
func (s *Session) SecretForm(scope string) url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "scope": {scope},
		"client_id": {s.Info.ClientID}, "client_secret": {s.Info.ClientSecret},
	}
}

// Want fails the test unless the answer has the status.
func (r *Reply) Want(status int) *Reply {
	r.T.Helper()
	if r.Status != status {
		r.T.Fatalf("status %d, want %d; body: %s", r.Status, status, r.Body)
	}
	return r
}

// At returns the value that the path of members and indices leads to, or nil.
func (r *Reply) At(path ...any) any {
	r.T.Helper()
	var value any
	if err := json.Unmarshal(r.Body, &value); err != nil {
		r.T.Fatalf("body is not JSON: %v: %s", err, r.Body)
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

// Text is At for a string.
func (r *Reply) Text(path ...any) string {
	r.T.Helper()
	text, ok := r.At(path...).(string)
	if !ok {
		r.T.Fatalf("no string at %v in %s", path, r.Body)
	}
	return text
}

// Certificate reads base64 of DER.
func (s *Session) Certificate(encoded string) *x509.Certificate {
	s.T.Helper()
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		s.T.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		s.T.Fatal(err)
	}
	return parsed
}

// ActiveCA is the default catalog's active certificate as ARM lists it: serial number and base64 of the DER.
func (s *Session) ActiveCA() (serial, encoded string) {
	s.T.Helper()
	list := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
	for i := 0; list.At("value", i) != nil; i++ {
		if list.Text("value", i, "properties", "status") == "Active" {
			return list.Text("value", i, "name"), list.Text("value", i, "properties", "certificate")
		}
	}
	s.T.Fatal("no certificate is active")
	return "", ""
}

// Proof asks Azure Sphere for a proof of possession, in base64 of the DER.
func (s *Session) Proof(serial, nonce string) string {
	s.T.Helper()
	return s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/"+serial+"/retrieveProofOfPossessionNonce",
		JSON(map[string]string{"proofOfPossessionNonce": nonce})).Want(http.StatusOK).Text("certificate")
}

// X509Group makes an X.509 enrollment group.
func (s *Session) X509Group(id string) *Reply {
	s.T.Helper()
	return s.Central(http.MethodPut, "/enrollmentGroups/"+id,
		`{"displayName":"Sphere","type":"iot","attestation":{"type":"x509"}}`).Want(http.StatusOK)
}

// Entry makes a group and puts the active CA into its primary entry. It returns the path of the entry.
func (s *Session) Entry(group string) string {
	s.T.Helper()
	_, encoded := s.ActiveCA()
	s.X509Group(group)
	path := "/enrollmentGroups/" + group + "/certificates/primary"
	s.Central(http.MethodPut, path, JSON(map[string]any{"verified": false, "certificate": encoded})).Want(http.StatusOK)
	return path
}

// Code generates a verification code for an entry.
func (s *Session) Code(entry string) string {
	s.T.Helper()
	return s.Central(http.MethodPost, entry+"/generateVerificationCode", "").Want(http.StatusOK).Text("verificationCode")
}

// Verify sends a proof of possession for an entry.
func (s *Session) Verify(entry, proof string) *Reply {
	s.T.Helper()
	return s.Central(http.MethodPost, entry+"/verify", JSON(map[string]string{"certificate": proof}))
}

// JSON returns the value as JSON.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// PEM is base64 of the PEM of certificates, as IoT Central takes them.
func PEM(certificates ...*x509.Certificate) string {
	var text []byte
	for _, c := range certificates {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return base64.StdEncoding.EncodeToString(text)
}

// Switched starts an emulator with one switch in another position.
func Switched(t *testing.T, name, value string) *Session {
	t.Helper()
	var opts emulator.Options
	if err := opts.Behavior.Set(name, value); err != nil {
		t.Fatal(err)
	}
	return Start(t, opts)
}

// Image is an image package and the body that sends it.
type Image struct{ ID, ComponentID, Body string }

// NewImage makes the package of an application image, with the metadata that real ones end with.
func NewImage(name string) Image {
	component, id := uuid.New(), uuid.New()
	dotNet := func(u uuid.UUID) []byte { // whose first three numbers are little-endian
		return []byte{u[3], u[2], u[1], u[0], u[5], u[4], u[7], u[6], u[8], u[9], u[10], u[11], u[12], u[13], u[14], u[15]}
	}
	padded := make([]byte, 32)
	copy(padded, name)
	content := slices.Concat(make([]byte, 16384),
		[]byte("4X4M\x02\x00\x00\x00ID\x24\x00\x0a\x00\x00\x00"), dotNet(component), dotNet(id),
		[]byte("DB\x28\x00\x00\x00\x00\x00\x00\x00\x00\x00"), padded, []byte{0xa0, 0, 0, 0}, make([]byte, 64))
	encoded := base64.StdEncoding.EncodeToString(content)
	return Image{id.String(), component.String(), JSON(map[string]any{"properties": map[string]string{"image": encoded}})}
}

// DeviceID is the ID of a device: 128 hex digits.
func DeviceID(digit string) string { return strings.Repeat(digit, 128) }
