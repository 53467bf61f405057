// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const listURL = "https://management.example" + catalogID + "/certificates?api-version=2024-04-01"

func integrated(answers ...answer) (*sphere.Integrated, *service) {
	client, served := serve(answers...)

	return sphere.NewIntegrated(client, "https://management.example/", catalogID), served
}

// listed is a certificate as the service lists it; properties overrides or, with
// the value "absent", removes members.
func listed(ca *certs.Certificate, properties map[string]any) string {
	all := map[string]any{
		"certificate": ca.Base64(), "status": "Active", "thumbprint": ca.Thumbprint(),
		"subject":   "CN=Microsoft Azure Sphere, S=Washington",
		"expiryUtc": ca.NotAfter(), "notBeforeUtc": ca.NotBefore(), "provisioningState": "Succeeded",
	}
	for name, value := range properties {
		if all[name] = value; value == "absent" {
			delete(all, name)
		}
	}
	text, err := json.Marshal(map[string]any{
		"id":   strings.ToLower(catalogID) + "/certificates/" + ca.SerialNumber(),
		"name": ca.SerialNumber(), "type": "Microsoft.AzureSphere/catalogs/certificates",
		"systemData": nil, "properties": all,
	})
	if err != nil {
		panic(err)
	}

	return string(text)
}

func TestIntegrated_listsEveryPage(t *testing.T) {
	t.Parallel()
	first, second := certstest.Valid(t), certstest.Valid(t)
	next := "https://management.example" + catalogID + "/certificates?api-version=2024-04-01&$skipToken=abc"
	tenant, served := integrated(
		ok(fmt.Sprintf(`{"value":[%s],"nextLink":%q}`, listed(first.Certificate, nil), next)),
		ok(fmt.Sprintf(`{"value":[%s],"nextLink":null}`, listed(second.Certificate, map[string]any{"status": "Inactive"}))),
	)
	certificates, err := tenant.Certificates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		ca     *certstest.CA
		status sphere.Status
	}{{first, sphere.Active}, {second, sphere.Inactive}}
	if len(certificates) != len(want) {
		t.Fatalf("%d certificates, want %d", len(certificates), len(want))
	}
	for i, got := range certificates {
		ca := want[i].ca
		if got.ID != catalogID+"/certificates/"+ca.SerialNumber() || got.SerialNumber != ca.SerialNumber() ||
			got.Thumbprint != ca.Thumbprint() || got.Status != want[i].status || !sameBody(got.Body, ca.Certificate) ||
			!got.NotBefore.Equal(ca.NotBefore()) || !got.NotAfter.Equal(ca.NotAfter()) {
			t.Errorf("certificate %d is %+v", i, got)
		}
	}
	if len(served.sent) != 2 || served.sent[0] != (sent{method: http.MethodGet, url: listURL}) || served.sent[1].url != next {
		t.Errorf("sent %+v", served.sent)
	}
	if tenant.Scope() != (sphere.Scope{CatalogID: catalogID}) {
		t.Errorf("the scope is %+v", tenant.Scope())
	}
}

func TestIntegrated_namesACertificateByItsSerialNumberWhereTheServiceDoesNot(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	nameless := strings.Replace(listed(ca, nil), `"name":"`+ca.SerialNumber()+`"`, `"name":null`, 1)
	tenant, _ := integrated(ok(`{"value":[` + nameless + `]}`))
	certificates, err := tenant.Certificates(t.Context())
	if err != nil || len(certificates) != 1 {
		t.Fatalf("got %v, %v", certificates, err)
	}
	if got, want := certificates[0].ID, catalogID+"/certificates/"+ca.SerialNumber(); got != want {
		t.Errorf("the ID is %s, want %s", got, want)
	}
}

func TestIntegrated_catalogWithAnOddIDIsAnError(t *testing.T) {
	t.Parallel()
	tenant, _ := integrated(ok(`{"id":"odd","location":"global"}`))
	if catalog, err := tenant.Catalog(t.Context()); err == nil || !strings.Contains(err.Error(), "unexpected ID") {
		t.Errorf("got %+v, %v", catalog, err)
	}
}

func TestIntegrated_readsWhatTheServiceLeavesOut(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	seven := "2026-05-04T03:02:01.1234567Z"
	for name, test := range map[string]struct {
		properties map[string]any
		right      func(sphere.Certificate) bool
	}{
		"body is null": {map[string]any{"certificate": nil}, func(got sphere.Certificate) bool {
			return got.Body == nil && got.Thumbprint == ca.Thumbprint() && got.NotAfter.Equal(ca.NotAfter()) && got.NotBefore.Equal(ca.NotBefore())
		}},
		"body is absent": {map[string]any{"certificate": "absent", "status": "Expired"}, func(got sphere.Certificate) bool {
			return got.Body == nil && got.Thumbprint == ca.Thumbprint() && got.Status == sphere.Expired && got.NotAfter.Equal(ca.NotAfter())
		}},
		"body is empty": {map[string]any{"certificate": ""}, func(got sphere.Certificate) bool {
			return got.Body == nil && got.Thumbprint == ca.Thumbprint()
		}},
		"body and dates are absent": {map[string]any{"certificate": nil, "expiryUtc": nil, "notBeforeUtc": "absent"}, func(got sphere.Certificate) bool {
			return got.Body == nil && got.NotAfter.IsZero() && got.NotBefore.IsZero()
		}},
		"dates have seven digits of a second": {map[string]any{"certificate": nil, "expiryUtc": seven}, func(got sphere.Certificate) bool {
			return got.NotAfter.Equal(time.Date(2026, 5, 4, 3, 2, 1, 123456700, time.UTC)) && got.NotAfter.Location() == time.UTC
		}},
		"the dates of the body win": {map[string]any{"expiryUtc": seven, "notBeforeUtc": seven}, func(got sphere.Certificate) bool {
			return got.NotAfter.Equal(ca.NotAfter()) && got.NotBefore.Equal(ca.NotBefore())
		}},
		"thumbprint is absent": {map[string]any{"thumbprint": "absent"}, func(got sphere.Certificate) bool {
			return got.Thumbprint == ca.Thumbprint() && sameBody(got.Body, ca)
		}},
		"thumbprint is in lower case": {map[string]any{"thumbprint": strings.ToLower(ca.Thumbprint().String())}, func(got sphere.Certificate) bool {
			return got.Thumbprint == ca.Thumbprint() && sameBody(got.Body, ca)
		}},
		"an unknown status": {map[string]any{"status": "Ready"}, func(got sphere.Certificate) bool {
			return got.Status == "Ready" && sameBody(got.Body, ca)
		}},
		"no status": {map[string]any{"status": nil}, func(got sphere.Certificate) bool { return got.Status == "" }},
		"body is PEM": {map[string]any{"certificate": ca.PEM()}, func(got sphere.Certificate) bool {
			return sameBody(got.Body, ca)
		}},
		"unknown members": {map[string]any{"new": []any{1, "x"}}, func(got sphere.Certificate) bool { return sameBody(got.Body, ca) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, _ := integrated(ok(`{"value":[` + listed(ca, test.properties) + `],"unknown":1}`))
			certificates, err := tenant.Certificates(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(certificates) != 1 || !test.right(certificates[0]) {
				t.Errorf("got %+v", certificates)
			}
			if certificates[0].ID != catalogID+"/certificates/"+ca.SerialNumber() {
				t.Errorf("the ID is %s", certificates[0].ID)
			}
		})
	}
}

func TestIntegrated_refusesABodyThatIsNotTheListedCertificate(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t), certstest.Valid(t)
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"another certificate": {other.Base64(), []string{ca.Thumbprint().String(), other.Thumbprint().String()}},
		"a private key":       {"-----BEGIN PRIVATE KEY-----", []string{certs.ErrPrivateKey.Error()}},
		"dummy text":          {"bXkgY2VydGlmaWNhdGU=", []string{"unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, _ := integrated(ok(`{"value":[` + listed(ca.Certificate, map[string]any{"certificate": test.body}) + `]}`))
			certificates, err := tenant.Certificates(t.Context())
			if err == nil || certificates != nil {
				t.Fatalf("accepted: %+v", certificates)
			}
			for _, want := range append(test.want, ca.SerialNumber(), catalogID) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

func TestIntegrated_emptyListIsNoError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"value":[]}`, `{"value":null}`} {
		tenant, _ := integrated(ok(body))
		if certificates, err := tenant.Certificates(t.Context()); err != nil || len(certificates) != 0 {
			t.Errorf("%q: %v, %v", body, certificates, err)
		}
	}
}

func TestIntegrated_listFailureKeepsTheStatus(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable} {
		tenant, _ := integrated(answer{status, ""})
		_, err := tenant.Certificates(t.Context())
		if transport.StatusCode(err) != status || !strings.Contains(err.Error(), "list the certificates of the catalog") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestIntegrated_asksForTheProofByTheRealSerialNumber(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	for _, code := range []string{"2F5A0C9E41B7D368", `aB-_. "ü\<>&`} {
		proof := ca.Proof(t, code, certstest.Now)
		tenant, served := integrated(ok(fmt.Sprintf(`{"certificate":%q}`, proof.Base64())))
		got, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{SerialNumber: "00A1B2C3", Thumbprint: ca.Thumbprint()}, code)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(proof) {
			t.Error("it is another certificate")
		}
		if len(served.sent) != 1 {
			t.Fatalf("sent %+v", served.sent)
		}
		var body map[string]string
		if err := json.Unmarshal([]byte(served.sent[0].body), &body); err != nil || len(body) != 1 || body["proofOfPossessionNonce"] != code {
			t.Errorf("the body is %s", served.sent[0].body)
		}
		served.sent[0].body = ""
		wantOne(t, served, sent{
			method:      http.MethodPost,
			url:         "https://management.example" + catalogID + "/certificates/00A1B2C3/retrieveProofOfPossessionNonce?api-version=2024-04-01",
			contentType: "application/json",
		})
	}
}

func TestIntegrated_proofThatIsNone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body, want string
	}{
		"empty answer": {``, "no proof of possession"},
		"null":         {`null`, "no proof of possession"},
		"no member":    {`{}`, "no proof of possession"},
		"null member":  {`{"certificate":null}`, "no proof of possession"},
		"empty member": {`{"certificate":""}`, "no proof of possession"},
		"dummy text":   {`{"certificate":"bXkgcHJvb2Y="}`, "unreadable"},
	} {
		tenant, _ := integrated(ok(test.body))
		proof, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{SerialNumber: "00A1"}, "code")
		if err == nil || proof != nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, %v", name, proof, err)
		}
	}
}

// The handshake decides whether to ask again, with a fresh code.
func TestIntegrated_proofIsNotAskedForTwice(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusForbidden} {
		tenant, served := integrated(answer{status, ""})
		_, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{SerialNumber: "00A1"}, "code")
		if transport.StatusCode(err) != status || len(served.sent) != 1 || !strings.Contains(err.Error(), "make the proof of possession") {
			t.Errorf("%d: %d requests, %v", status, len(served.sent), err)
		}
	}
}
