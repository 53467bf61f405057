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

func legacy(answers ...answer) (*sphere.Legacy, *service) {
	client, served := serve(answers...)

	return sphere.NewLegacy(client, "https://sphere.example/", tenantID, func() time.Time { return certstest.Now }), served
}

func quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}

	return string(encoded)
}

func TestLegacy_listIsBareOrWrapped(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	one := fmt.Sprintf(`{"Certificate":%q,"IsActive":true,"IsRevoked":false,"Thumbprint":%q,"New":1}`, ca.Base64(), strings.ToLower(ca.Thumbprint().String()))
	for name, body := range map[string]string{
		"bare":                  `[` + one + `]`,
		"bare, blanks around":   "\n [" + one + "] ",
		"wrapped":               `{"Items":[` + one + `],"ContinuationToken":null}`,
		"wrapped in camel case": `{"items":[` + one + `]}`,
		"PEM inside":            `[` + strings.Replace(one, quoted(ca.Base64()), quoted(ca.PEM()), 1) + `]`,
		"base64 of PEM inside":  `[` + strings.Replace(one, quoted(ca.Base64()), quoted(ca.Base64PEM()), 1) + `]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, served := legacy(ok(body))
			certificates, err := tenant.Certificates(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(certificates) != 1 {
				t.Fatalf("%d certificates", len(certificates))
			}
			got := certificates[0]
			if got.ID != "tenants/"+tenantID+"/certificates/"+ca.Thumbprint().String() || got.SerialNumber != ca.SerialNumber() ||
				got.Thumbprint != ca.Thumbprint() || got.Status != sphere.Active || !sameBody(got.Body, ca) ||
				!got.NotBefore.Equal(ca.NotBefore()) || !got.NotAfter.Equal(ca.NotAfter()) {
				t.Errorf("got %+v", got)
			}
			wantOne(t, served, sent{method: http.MethodGet, url: "https://sphere.example/v2/tenants/" + tenantID + "/certificates"})
		})
	}
}

func TestLegacy_emptyListIsNoError(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `{"Items":[]}`, `{"Items":null}`} {
		tenant, _ := legacy(ok(body))
		if certificates, err := tenant.Certificates(t.Context()); err != nil || len(certificates) != 0 {
			t.Errorf("%q: %v, %v", body, certificates, err)
		}
	}
}

func TestLegacy_anAnswerWithoutAListIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`"text"`, `{}`, `null`, ``, `{"Message":"x"}`, `[1]`, `{"Items":{}}`} {
		tenant, _ := legacy(ok(body))
		if certificates, err := tenant.Certificates(t.Context()); err == nil || !strings.Contains(err.Error(), "list the certificates of the tenant") {
			t.Errorf("%q: %v, %v", body, certificates, err)
		}
	}
}

func TestLegacy_translatesTheFlags(t *testing.T) {
	t.Parallel()
	valid := certstest.Valid(t).Certificate
	lastSecond := certstest.NewCA(t, "x", certstest.Now.AddDate(-2, 0, 0), certstest.Now).Certificate
	expired := certstest.NewCA(t, "x", certstest.Now.AddDate(-2, 0, 0), certstest.Now.Add(-time.Second)).Certificate
	for name, test := range map[string]struct {
		certificate     *certs.Certificate
		active, revoked bool
		bodyless        bool
		want            sphere.Status
	}{
		"active":                       {valid, true, false, false, sphere.Active},
		"revoked":                      {valid, false, true, false, sphere.Revoked},
		"active and revoked":           {valid, true, true, false, sphere.Revoked},
		"neither, valid":               {valid, false, false, false, sphere.Inactive},
		"neither, in its last second":  {lastSecond, false, false, false, sphere.Inactive},
		"neither, expired":             {expired, false, false, false, sphere.Expired},
		"neither, without a body":      {valid, false, false, true, sphere.Expired},
		"active, without a body":       {valid, true, false, true, sphere.Active},
		"revoked, without a body":      {valid, false, true, true, sphere.Revoked},
		"active although it's expired": {expired, true, false, false, sphere.Active},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := quoted(test.certificate.Base64())
			if test.bodyless {
				body = "null"
			}
			tenant, _ := legacy(ok(fmt.Sprintf(`[{"Certificate":%s,"IsActive":%t,"IsRevoked":%t,"Thumbprint":%q}]`,
				body, test.active, test.revoked, test.certificate.Thumbprint())))
			certificates, err := tenant.Certificates(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := certificates[0]
			if got.Status != test.want {
				t.Errorf("the status is %s, want %s", got.Status, test.want)
			}
			if got.Thumbprint != test.certificate.Thumbprint() || (got.Body == nil) != test.bodyless {
				t.Errorf("got %+v", got)
			}
			if test.bodyless && (got.SerialNumber != "" || !got.NotAfter.IsZero()) {
				t.Errorf("serial number and dates are made up: %+v", got)
			}
		})
	}
}

func TestLegacy_refusesABodyThatIsNotTheListedCertificate(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t), certstest.Valid(t)
	tenant, _ := legacy(ok(fmt.Sprintf(`[{"Certificate":%q,"IsActive":true,"Thumbprint":%q}]`, other.Base64(), ca.Thumbprint())))
	certificates, err := tenant.Certificates(t.Context())
	if err == nil || certificates != nil || !strings.Contains(err.Error(), ca.Thumbprint().String()) || !strings.Contains(err.Error(), other.Thumbprint().String()) {
		t.Errorf("got %+v, %v", certificates, err)
	}
}

func TestLegacy_proofIsQuotedOrBare(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	const code = "2F5A0C9E41B7D368"
	proof := ca.Proof(t, code, certstest.Now)
	for name, body := range map[string]string{
		"quoted":      quoted(proof.Base64()),
		"bare":        proof.Base64(),
		"bare, lines": proof.Base64()[:76] + "\r\n" + proof.Base64()[76:] + "\r\n",
		"quoted PEM":  quoted(proof.PEM()),
		"bare PEM":    proof.PEM(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tenant, served := legacy(ok(body))
			got, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{Thumbprint: ca.Thumbprint()}, code)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Equal(proof) {
				t.Error("it is another certificate")
			}
			wantOne(t, served, sent{
				method: http.MethodGet,
				url:    "https://sphere.example/v2/tenants/" + tenantID + "/verification/" + code + "?thumbprint=" + ca.Thumbprint().String(),
			})
		})
	}
}

func TestLegacy_proofThatIsNone(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		``:       "no proof of possession",
		`null`:   "no proof of possession",
		`""`:     "no proof of possession",
		`"text"`: "unreadable",
		`<html>`: "it is a web page",
	} {
		tenant, _ := legacy(ok(body))
		if proof, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{}, "code"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", body, proof, err)
		}
	}
}

func TestLegacy_nonceIsPercentEncodedAndHidden(t *testing.T) {
	t.Parallel()
	for code, inURL := range map[string]string{
		"a/b?c#d e%f": "a%2Fb%3Fc%23d%20e%25f",
		"+=&":         "+=&",
		"ü":           "%C3%BC",
	} {
		tenant, served := legacy(answer{http.StatusNotFound, `[{"ErrorCode":"X","Title":"no ` + code + `"}]`})
		_, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{}, code)
		if transport.StatusCode(err) != http.StatusNotFound || strings.Contains(err.Error(), code) || strings.Contains(err.Error(), inURL) {
			t.Errorf("%s: %v", code, err)
		}
		wantOne(t, served, sent{method: http.MethodGet, url: "https://sphere.example/v2/tenants/" + tenantID + "/verification/" + inURL})
	}
}

func TestLegacy_proofIsNotAskedForTwice(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInternalServerError, http.StatusServiceUnavailable, http.StatusForbidden} {
		tenant, served := legacy(answer{status, ""})
		_, err := tenant.ProofOfPossession(t.Context(), sphere.Certificate{}, "code")
		if transport.StatusCode(err) != status || len(served.sent) != 1 || !strings.Contains(err.Error(), "make the proof of possession") {
			t.Errorf("%d: %d requests, %v", status, len(served.sent), err)
		}
	}
}

func TestLegacy_listIsAskedForAgain(t *testing.T) {
	t.Parallel()
	tenant, served := legacy(answer{http.StatusServiceUnavailable, ""}, ok(`[]`))
	if _, err := tenant.Certificates(t.Context()); err != nil || len(served.sent) != 2 {
		t.Errorf("%d requests, %v", len(served.sent), err)
	}
	tenant, _ = legacy(answer{http.StatusForbidden, `[{"ErrorCode":"Denied","Title":"No."}]`})
	if _, err := tenant.Certificates(t.Context()); transport.StatusCode(err) != http.StatusForbidden ||
		!strings.Contains(err.Error(), "Denied") || !strings.Contains(err.Error(), "list the certificates of the tenant") {
		t.Errorf("got %v", err)
	}
	if tenant.Scope() != (sphere.Scope{TenantID: tenantID}) {
		t.Errorf("the scope is %+v", tenant.Scope())
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	const a, b = "0123456789ABCDEF0123456789ABCDEF01234567", "1123456789ABCDEF0123456789ABCDEF01234567"
	certificates := []sphere.Certificate{{ID: "1", Thumbprint: certstest.Thumbprint(a), Status: sphere.Inactive}, {ID: "2", Thumbprint: certstest.Thumbprint(b), Status: sphere.Active}}
	for thumbprint, want := range map[string]string{a: "1", strings.ToLower(b): "2", "0" + b[1:39] + "8": "", "": ""} {
		if found, ok := sphere.Find(certificates, certstest.Thumbprint(thumbprint)); ok != (want != "") || found.ID != want {
			t.Errorf("%s: %+v", thumbprint, found)
		}
	}
	if active, ok := sphere.FindActive(certificates); !ok || active.ID != "2" {
		t.Errorf("active is %+v", active)
	}
	if active, ok := sphere.FindActive(certificates[:1]); ok {
		t.Errorf("active is %+v", active)
	}
	old := sphere.Certificate{ID: "old", Status: sphere.Active, NotBefore: certstest.Now.AddDate(-2, 0, 0)}
	newer := sphere.Certificate{ID: "newer", Status: sphere.Active, NotBefore: certstest.Now}
	upcoming := sphere.Certificate{ID: "upcoming", Status: sphere.Inactive, NotBefore: certstest.Now.AddDate(1, 0, 0)}
	for _, certificates := range [][]sphere.Certificate{{old, newer, upcoming}, {upcoming, newer, old}, {newer}} {
		if active, ok := sphere.FindActive(certificates); !ok || active.ID != "newer" {
			t.Errorf("active is %+v", active)
		}
	}
}
