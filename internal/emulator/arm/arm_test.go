// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/smallstep/pkcs7"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestCertificates_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	list := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
	if list.At("nextLink") != nil || list.At("value", 1) != nil {
		t.Errorf("listed %s", list.Body)
	}
	parsed := s.Certificate(list.Text("value", 0, "properties", "certificate"))
	name := list.Text("value", 0, "name")
	if len(name) != 34 || !strings.HasPrefix(name, "00") {
		t.Errorf("the serial number is %q", name)
	}
	if list.Text("value", 0, "id") != s.Info.CatalogID+"/certificates/"+name {
		t.Errorf("the ID is %q", list.Text("value", 0, "id"))
	}
	for member, want := range map[string]string{
		"status": "Active",
		"subject": "CN=Microsoft Azure Sphere " + s.Info.SphereTenantID +
			", O=Microsoft Corporation, L=Redmond, S=Washington, C=US",
		"expiryUtc":         parsed.NotAfter.Format("2006-01-02T15:04:05Z"),
		"notBeforeUtc":      parsed.NotBefore.Format("2006-01-02T15:04:05Z"),
		"provisioningState": "Succeeded",
	} {
		if got := list.Text("value", 0, "properties", member); got != want {
			t.Errorf("%s is %q, want %q", member, got, want)
		}
	}
	got := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/"+name, "").Want(http.StatusOK)
	if emulatortest.JSON(got.At()) != emulatortest.JSON(list.At("value", 0)) {
		t.Errorf("the list has\n%s\nthe certificate is\n%s", list.Body, got.Body)
	}
	for _, spelling := range []string{strings.ToLower(name), strings.TrimLeft(name, "0"), "active", ".DEFAULT", "Default"} {
		again := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/"+spelling, "").Want(http.StatusOK)
		if again.Text("name") != name {
			t.Errorf("%s is %s", spelling, again.Text("name"))
		}
	}
	s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/00FF", "").Want(http.StatusNotFound)
}

func TestCertChain_isRootPolicyAndCatalogCA(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	serial, encoded := s.ActiveCA()
	answered := s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/"+serial+"/retrieveCertChain", "").Want(http.StatusOK)
	der, err := base64.StdEncoding.DecodeString(answered.Text("certificateChain"))
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
	s := emulatortest.Start(t, emulator.Options{})
	serial, encoded := s.ActiveCA()
	ca := s.Certificate(encoded)
	nonce := "MixedCase-0123_é"
	first, second := s.Certificate(s.Proof(serial, nonce)), s.Certificate(s.Proof(serial, nonce))
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
	path := s.Info.CatalogID + "/certificates/" + serial + "/retrieveProofOfPossessionNonce"
	answered := s.ARM(http.MethodPost, path, `{"proofOfPossessionNonce":"n"}`)
	if members, _ := answered.At().(map[string]any); len(members) != 1 {
		t.Errorf("answered %s", answered.Body)
	}
	for _, body := range []string{
		`{}`, `{"proofOfPossessionNonce":null}`, `{"proofOfPossessionNonce":""}`,
		`{"proofOfPossessionNonce":5}`, `{"proofofpossessionnonce":"n"}`, `[]`, `{`,
		`{"proofOfPossessionNonce":"` + strings.Repeat("n", 65) + `"}`,
	} {
		s.ARM(http.MethodPost, path, body).Want(http.StatusBadRequest)
	}
	s.ARM(http.MethodPost, path, `{"proofOfPossessionNonce":"`+strings.Repeat("n", 64)+`"}`).Want(http.StatusOK)
}

func TestARM_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	base := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")
	authorization := s.Token(s.Info.Audiences.ResourceManager)
	for name, test := range map[string]struct {
		method, path, query string
		status              int
		code                string
	}{
		"no version":           {"GET", s.Info.CatalogID, "", 400, "MissingApiVersionParameter"},
		"unknown version":      {"GET", s.Info.CatalogID, "?api-version=2022-09-01-preview", 400, "NoRegisteredProviderFound"},
		"unknown catalog":      {"GET", s.Info.CatalogID + "x", "?api-version=" + emulatortest.SphereVersion, 404, "ResourceNotFound"},
		"unknown group":        {"GET", strings.Replace(s.Info.CatalogID, s.Info.ResourceGroup, "x", 1), "?api-version=" + emulatortest.SphereVersion, 404, "ResourceGroupNotFound"},
		"unknown subscription": {"GET", strings.Replace(s.Info.CatalogID, s.Info.SubscriptionID, "x", 1), "?api-version=" + emulatortest.SphereVersion, 404, "SubscriptionNotFound"},
		"unknown type":         {"GET", s.Info.CatalogID + "/nothing", "?api-version=" + emulatortest.SphereVersion, 404, "NotFound"},
		"method not allowed":   {"PUT", s.Info.CatalogID + "/certificates/active", "?api-version=" + emulatortest.SphereVersion, 405, "MethodNotAllowed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			refused := s.Send(test.method, base+test.path+test.query, nil, "Authorization", authorization).Want(test.status)
			if got := refused.Text("error", "code"); got != test.code {
				t.Errorf("code %q, want %q", got, test.code)
			}
			if refused.Header.Get("x-ms-request-id") == "" {
				t.Error("there is no request ID")
			}
			if test.status == http.StatusMethodNotAllowed && refused.Header.Get("Allow") == "" {
				t.Error("there is no Allow header")
			}
		})
	}
	s.Send(http.MethodPost, base+s.Info.CatalogID+"/certificates/active/retrieveProofOfPossessionNonce?api-version="+emulatortest.SphereVersion,
		[]byte(`{"proofOfPossessionNonce":"n"}`), "Authorization", authorization, "Content-Type", "text/plain").
		Want(http.StatusUnsupportedMediaType)
}

func TestARM_countsPostAsWrite(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	remaining := func(r *emulatortest.Reply, kind string) int {
		n, err := strconv.Atoi(r.Header.Get("x-ms-ratelimit-remaining-subscription-" + kind))
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if got := remaining(s.ARM(http.MethodGet, s.Info.CatalogID, ""), "reads"); got != 11999 {
		t.Errorf("%d reads remain", got)
	}
	if got := remaining(s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/active/retrieveCertChain", ""), "writes"); got != 1199 {
		t.Errorf("%d writes remain", got)
	}
}

func TestARM_pathsAreNotCaseSensitive(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, path := range []string{strings.ToLower(s.Info.CatalogID), strings.ToUpper(s.Info.CatalogID)} {
		if got := s.ARM(http.MethodGet, path, "").Want(http.StatusOK).Text("id"); got != s.Info.CatalogID {
			t.Errorf("%s is %s", path, got)
		}
		s.ARM(http.MethodPost, path+"/CERTIFICATES/active/retrievecertchain", "").Want(http.StatusOK)
	}
	upper := strings.ToUpper(s.Info.CatalogID)
	if logged := s.Emulator.Requests(); !slices.ContainsFunc(logged, func(r emulator.Request) bool {
		return r.Path == upper && r.Operation == "Catalogs_Get"
	}) {
		t.Errorf("the log does not have the path as it came: %+v", logged)
	}
}

func TestIoTApps_leadToTheSubdomain(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Applications: []string{"contoso", "fabrikam"}})
	app := s.Info.Applications[1]
	authorization := s.Token(s.Info.Audiences.ResourceManager)
	get := func(path string) *emulatortest.Reply {
		return s.Send(http.MethodGet, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+path+"?api-version=2021-06-01", nil,
			"Authorization", authorization)
	}
	got := get(app.ResourceID).Want(http.StatusOK)
	if got.Text("properties", "subdomain") != "fabrikam" || got.Text("properties", "applicationId") != app.ApplicationID {
		t.Errorf("answered %s", got.Body)
	}
	parent, _, _ := strings.Cut(app.ResourceID, "/iotApps/")
	if list := get(parent + "/iotApps").Want(http.StatusOK); list.At("value", 1) == nil {
		t.Errorf("listed %s", list.Body)
	}
	get(parent + "/iotApps/tailspin").Want(http.StatusNotFound)
}
