// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestCertificates_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	list := s.arm(http.MethodGet, s.info.CatalogID+"/certificates", "").want(http.StatusOK)
	if list.at("nextLink") != nil || list.at("value", 1) != nil {
		t.Errorf("listed %s", list.body)
	}
	parsed := s.certificate(list.text("value", 0, "properties", "certificate"))
	name := list.text("value", 0, "name")
	if len(name) != 34 || !strings.HasPrefix(name, "00") {
		t.Errorf("the serial number is %q", name)
	}
	if list.text("value", 0, "id") != s.info.CatalogID+"/certificates/"+name {
		t.Errorf("the ID is %q", list.text("value", 0, "id"))
	}
	for member, want := range map[string]string{
		"status": "Active",
		"subject": "CN=Microsoft Azure Sphere " + s.info.SphereTenantID +
			", O=Microsoft Corporation, L=Redmond, S=Washington, C=US",
		"expiryUtc":         parsed.NotAfter.Format("2006-01-02T15:04:05Z"),
		"notBeforeUtc":      parsed.NotBefore.Format("2006-01-02T15:04:05Z"),
		"provisioningState": "Succeeded",
	} {
		if got := list.text("value", 0, "properties", member); got != want {
			t.Errorf("%s is %q, want %q", member, got, want)
		}
	}
	got := s.arm(http.MethodGet, s.info.CatalogID+"/certificates/"+name, "").want(http.StatusOK)
	if jsonText(got.at()) != jsonText(list.at("value", 0)) {
		t.Errorf("the list has\n%s\nthe certificate is\n%s", list.body, got.body)
	}
	for _, spelling := range []string{strings.ToLower(name), strings.TrimLeft(name, "0"), "active", ".DEFAULT", "Default"} {
		again := s.arm(http.MethodGet, s.info.CatalogID+"/certificates/"+spelling, "").want(http.StatusOK)
		if again.text("name") != name {
			t.Errorf("%s is %s", spelling, again.text("name"))
		}
	}
	s.arm(http.MethodGet, s.info.CatalogID+"/certificates/00FF", "").want(http.StatusNotFound)
}

func TestCertChain_isRootPolicyAndCatalogCA(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	serial, encoded := s.activeCA()
	answered := s.arm(http.MethodPost, s.info.CatalogID+"/certificates/"+serial+"/retrieveCertChain", "").want(http.StatusOK)
	der, err := base64.StdEncoding.DecodeString(answered.text("certificateChain"))
	if err != nil {
		t.Fatal(err)
	}
	chain, err := pkcs7.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	if len(chain.Certificates) != 3 || len(chain.Signers) != 0 || len(chain.Content) != 0 {
		t.Fatalf("%d certificates, %d signers, content %x", len(chain.Certificates), len(chain.Signers), chain.Content)
	}
	root, policy, ca := chain.Certificates[0], chain.Certificates[1], chain.Certificates[2]
	if err := root.CheckSignatureFrom(root); err != nil {
		t.Errorf("root: %v", err)
	}
	if err := policy.CheckSignatureFrom(root); err != nil {
		t.Errorf("Policy CA: %v", err)
	}
	if err := ca.CheckSignatureFrom(policy); err != nil {
		t.Errorf("catalog CA: %v", err)
	}
	if base64.StdEncoding.EncodeToString(ca.Raw) != encoded {
		t.Error("the last certificate is not the catalog's")
	}
}

func TestProof_isNewEachTime(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	serial, encoded := s.activeCA()
	ca := s.certificate(encoded)
	nonce := "MixedCase-0123_é"
	first, second := s.certificate(s.proof(serial, nonce)), s.certificate(s.proof(serial, nonce))
	if first.Equal(second) || first.PublicKey == second.PublicKey || first.SerialNumber.Cmp(second.SerialNumber) == 0 {
		t.Error("two proofs are the same")
	}
	if err := first.CheckSignatureFrom(ca); err != nil {
		t.Error(err)
	}
	if first.Subject.CommonName != nonce || first.Subject.String() != "CN="+nonce {
		t.Errorf("the subject is %s", first.Subject)
	}
	if life := first.NotAfter.Sub(first.NotBefore).Minutes(); life != 65 {
		t.Errorf("it lives for %v minutes", life)
	}
	path := s.info.CatalogID + "/certificates/" + serial + "/retrieveProofOfPossessionNonce"
	answered := s.arm(http.MethodPost, path, `{"proofOfPossessionNonce":"n"}`)
	if members, _ := answered.at().(map[string]any); len(members) != 1 {
		t.Errorf("answered %s", answered.body)
	}
	for _, body := range []string{
		`{}`, `{"proofOfPossessionNonce":null}`, `{"proofOfPossessionNonce":""}`,
		`{"proofOfPossessionNonce":5}`, `{"proofofpossessionnonce":"n"}`, `[]`, `{`,
		`{"proofOfPossessionNonce":"` + strings.Repeat("n", 65) + `"}`,
	} {
		s.arm(http.MethodPost, path, body).want(http.StatusBadRequest)
	}
	s.arm(http.MethodPost, path, `{"proofOfPossessionNonce":"`+strings.Repeat("n", 64)+`"}`).want(http.StatusOK)
}

func TestARM_refusals(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	base := strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/")
	authorization := s.token(s.info.Audiences.ResourceManager)
	for name, test := range map[string]struct {
		method, path, query string
		status              int
		code                string
	}{
		"no version":           {"GET", s.info.CatalogID, "", 400, "MissingApiVersionParameter"},
		"unknown version":      {"GET", s.info.CatalogID, "?api-version=2022-09-01-preview", 400, "NoRegisteredProviderFound"},
		"unknown catalog":      {"GET", s.info.CatalogID + "x", "?api-version=" + sphereVersion, 404, "ResourceNotFound"},
		"unknown group":        {"GET", strings.Replace(s.info.CatalogID, s.info.ResourceGroup, "x", 1), "?api-version=" + sphereVersion, 404, "ResourceGroupNotFound"},
		"unknown subscription": {"GET", strings.Replace(s.info.CatalogID, s.info.SubscriptionID, "x", 1), "?api-version=" + sphereVersion, 404, "SubscriptionNotFound"},
		"unknown type":         {"GET", s.info.CatalogID + "/nothing", "?api-version=" + sphereVersion, 404, "NotFound"},
		"method not allowed":   {"PUT", s.info.CatalogID + "/certificates/active", "?api-version=" + sphereVersion, 405, "MethodNotAllowed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.in(t)
			refused := s.send(test.method, base+test.path+test.query, nil, "Authorization", authorization).want(test.status)
			if got := refused.text("error", "code"); got != test.code {
				t.Errorf("code %q, want %q", got, test.code)
			}
			if refused.header.Get("x-ms-request-id") == "" {
				t.Error("there is no request ID")
			}
			if test.status == http.StatusMethodNotAllowed && refused.header.Get("Allow") == "" {
				t.Error("there is no Allow header")
			}
		})
	}
	s.send(http.MethodPost, base+s.info.CatalogID+"/certificates/active/retrieveProofOfPossessionNonce?api-version="+sphereVersion,
		[]byte(`{"proofOfPossessionNonce":"n"}`), "Authorization", authorization, "Content-Type", "text/plain").
		want(http.StatusUnsupportedMediaType)
}

func TestARM_countsPostAsWrite(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	remaining := func(r *reply, kind string) int {
		n, err := strconv.Atoi(r.header.Get("x-ms-ratelimit-remaining-subscription-" + kind))
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if got := remaining(s.arm(http.MethodGet, s.info.CatalogID, ""), "reads"); got != 11999 {
		t.Errorf("%d reads remain", got)
	}
	if got := remaining(s.arm(http.MethodPost, s.info.CatalogID+"/certificates/active/retrieveCertChain", ""), "writes"); got != 1199 {
		t.Errorf("%d writes remain", got)
	}
}

func TestARM_pathsAreNotCaseSensitive(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	for _, path := range []string{strings.ToLower(s.info.CatalogID), strings.ToUpper(s.info.CatalogID)} {
		if got := s.arm(http.MethodGet, path, "").want(http.StatusOK).text("id"); got != s.info.CatalogID {
			t.Errorf("%s is %s", path, got)
		}
		s.arm(http.MethodPost, path+"/CERTIFICATES/active/retrievecertchain", "").want(http.StatusOK)
	}
	upper := strings.ToUpper(s.info.CatalogID)
	if logged := s.e.Requests(); !slices.ContainsFunc(logged, func(r emulator.Request) bool {
		return r.Path == upper && r.Operation == "Catalogs_Get"
	}) {
		t.Errorf("the log does not have the path as it came: %+v", logged)
	}
}

func TestIoTApps_leadToTheSubdomain(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{Applications: []string{"contoso", "fabrikam"}})
	app := s.info.Applications[1]
	authorization := s.token(s.info.Audiences.ResourceManager)
	get := func(path string) *reply {
		return s.send(http.MethodGet, strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/")+path+"?api-version=2021-06-01", nil,
			"Authorization", authorization)
	}
	got := get(app.ResourceID).want(http.StatusOK)
	if got.text("properties", "subdomain") != "fabrikam" || got.text("properties", "applicationId") != app.ApplicationID {
		t.Errorf("answered %s", got.body)
	}
	parent, _, _ := strings.Cut(app.ResourceID, "/iotApps/")
	if list := get(parent + "/iotApps").want(http.StatusOK); list.at("value", 1) == nil {
		t.Errorf("listed %s", list.body)
	}
	get(parent + "/iotApps/tailspin").want(http.StatusNotFound)
}
