// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const oneURL = resource + "/certificates/sphere"

// shown is a certificate as the service shows it, in the form of the recordings.
func shown(name string, ca *certs.Certificate, verified bool, etag string) string {
	return fmt.Sprintf(`{"properties":{"subject":"TESTCERT","expiry":"Fri, 06 May 2022 17:50:01 GMT","thumbprint":%q,"isVerified":%t,`+
		`"created":"Mon, 01 Jan 0001 00:00:00 GMT","updated":"Tue, 03 May 2022 17:50:03 GMT","certificate":null},"name":%q,"etag":%q}`,
		ca.Thumbprint(), verified, name, etag)
}

func TestCertificates_areListedWithThumbprintAndETag(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	client, served := serve(answer{status: 200, body: `{"value":[` + shown("one", ca, false, "a=") + "," + shown("Two", ca, true, "b=") + `]}`})
	listed, err := client.Certificates(t.Context(), service)
	expiry := time.Date(2022, time.May, 6, 17, 50, 1, 0, time.UTC)
	want := []dps.Certificate{
		{Name: "one", Thumbprint: ca.Thumbprint(), NotAfter: expiry, ETag: "a="},
		{Name: "Two", Thumbprint: ca.Thumbprint(), NotAfter: expiry, ETag: "b=", Verified: true},
	}
	if err != nil || !slices.Equal(listed, want) {
		t.Errorf("listed %+v, %v", listed, err)
	}
	served.wantSent(t, sent{"GET", resource + "/certificates" + resourceVersion, "", ""})
	if found, ok := dps.FindCertificate(listed, "TWO"); !ok || found.Name != "Two" {
		t.Errorf("found %+v, %t", found, ok)
	}
	if found, ok := dps.FindCertificate(listed, "three"); ok {
		t.Errorf("found %+v", found)
	}
}

func TestCertificate_answersThatTellNothingAreErrors(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	for _, body := range []string{
		"", "null", "{}", "[]", "7", "<html>", `{"etag":"a"}`, `{"properties":{"thumbprint":"` + ca.Thumbprint().String() + `"}}`,
		`{"etag":"a","properties":{"thumbprint":"none"}}`, `{"etag":"a","properties":{"thumbprint":7}}`,
	} {
		client, _ := serve(answer{status: 200, body: body})
		_, err := client.Certificate(t.Context(), certificate)
		var unreadable *transport.UnreadableError
		if !errors.As(err, &unreadable) {
			t.Errorf("%s: %v", body, err)
		}
		if listed, err := client.Certificates(t.Context(), service); err == nil {
			t.Errorf("%s: listed %v", body, listed)
		}
	}
	client, _ := serve(answer{status: 200, body: `{"value":[` + shown("", ca, true, "a") + `]}`})
	if listed, err := client.Certificates(t.Context(), service); err == nil {
		t.Errorf("without a name: listed %v", listed)
	}
	client, _ = serve(answer{status: 200, body: `{"value":[{"name":"a"}]}`})
	if listed, err := client.Certificates(t.Context(), service); err == nil {
		t.Errorf("without a thumbprint: listed %v", listed)
	}
}

func TestCertificate_unknownMembersAndOddDatesDoNotMatter(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	body := strings.Replace(shown("sphere", ca, true, "a"), `"subject"`, `"policyResourceId":{},"subject"`, 1)
	client, _ := serve(answer{status: 200, body: strings.Replace(body, "Fri, 06 May 2022", "06/05/2022", 1)})
	found, err := client.Certificate(t.Context(), certificate)
	if err != nil || found.Thumbprint != ca.Thumbprint() || !found.NotAfter.IsZero() {
		t.Errorf("read %+v, %v", found, err)
	}
}

func TestCreateCertificate_sendsNoETag(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	client, served := serve(answer{status: 200, body: shown("sphere", ca, false, "a")})
	if stored, err := client.CreateCertificate(t.Context(), certificate, ca); err != nil || stored.ETag != "a" || stored.Verified {
		t.Errorf("stored %+v, %v", stored, err)
	}
	served.wantSent(t, sent{"PUT", oneURL + resourceVersion, "", `{"properties":{"certificate":"` + ca.Base64() + `"}}`})
}

func TestCreateCertificate_looksWhatIsThereAfterAFailureThatDoesNotTell(t *testing.T) {
	t.Parallel()
	ca, other := certstest.Valid(t).Certificate, certstest.NewCA(t, "other", certstest.Now, certstest.Now.AddDate(1, 0, 0)).Certificate
	var taken *dps.NameTakenError
	for name, test := range map[string]struct {
		answers []answer
		good    bool
		taken   bool
		methods []string
	}{
		"the name is its own":       {[]answer{{status: 412}, {status: 200, body: shown("sphere", ca, true, "b")}}, true, false, []string{"PUT", "GET"}},
		"a conflict":                {[]answer{{status: 409}, {status: 200, body: shown("sphere", ca, true, "b")}}, true, false, []string{"PUT", "GET"}},
		"the answer was lost":       {[]answer{{}, {status: 200, body: shown("sphere", ca, false, "b")}}, true, false, []string{"PUT", "GET"}},
		"a page in its place":       {[]answer{{status: 200, body: "<html>"}, {status: 200, body: shown("sphere", ca, false, "b")}}, true, false, []string{"PUT", "GET"}},
		"the name is another's":     {[]answer{{status: 412}, {status: 200, body: shown("sphere", other, true, "b")}}, false, true, []string{"PUT", "GET"}},
		"it was not carried out":    {[]answer{{status: 500}, {status: 404}}, false, false, []string{"PUT", "GET"}},
		"a refusal is what it says": {[]answer{{status: 403}}, false, false, []string{"PUT"}},
	} {
		client, served := serve(test.answers...)
		stored, err := client.CreateCertificate(t.Context(), certificate, ca)
		if (err == nil) != test.good || errors.As(err, &taken) != test.taken || test.good && stored.Thumbprint != ca.Thumbprint() {
			t.Errorf("%s: stored %+v, %v", name, stored, err)
		}
		served.wantMethods(t, test.methods...)
	}
}

func TestGenerateAndVerify_sendTheETagOfTheAnswerBefore(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	coded := strings.Replace(shown("sphere", ca.Certificate, false, "b="), `"subject"`, `"verificationCode":"CODE","subject"`, 1)
	client, served := serve(answer{status: 200, body: coded}, answer{status: 200, body: shown("sphere", ca.Certificate, true, "c=")})
	code, etag, err := client.GenerateVerificationCode(t.Context(), certificate, "a=")
	if err != nil || code != "CODE" || etag != "b=" {
		t.Errorf("got %q, %q, %v", code, etag, err)
	}
	proof := ca.Proof(t, code, certstest.Now)
	if err := client.Verify(t.Context(), certificate, etag, proof); err != nil {
		t.Error(err)
	}
	served.wantSent(t,
		sent{"POST", oneURL + "/generateVerificationCode" + resourceVersion, "a=", ""},
		sent{"POST", oneURL + "/verify" + resourceVersion, "b=", `{"certificate":"` + proof.Base64() + `"}`},
	)
	for _, body := range []string{"{}", "null", "", `{"etag":"a","properties":{}}`, `{"properties":{"verificationCode":"CODE"}}`} {
		client, _ := serve(answer{status: 200, body: body})
		if code, etag, err := client.GenerateVerificationCode(t.Context(), certificate, "a"); err == nil {
			t.Errorf("%s: got %q, %q", body, code, etag)
		}
	}
}

func TestDeleteCertificate_believesWhatAReadConfirms(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t).Certificate
	there := answer{status: 200, body: shown("sphere", ca, true, "b")}
	for name, test := range map[string]struct {
		answers []answer
		good    bool
	}{
		"200": {[]answer{{status: 200}}, true}, "204": {[]answer{{status: 204}}, true},
		"null, and it is gone":   {[]answer{{status: 200, body: "null"}, {status: 404}}, true},
		"null, and it is there":  {[]answer{{status: 200, body: "null"}, there}, false},
		"404, and it is gone":    {[]answer{{status: 404}, {status: 404}}, true},
		"404, and it is there":   {[]answer{{status: 404}, there}, false},
		"a body":                 {[]answer{{status: 200, body: "{}"}, there}, false},
		"a body, and it is gone": {[]answer{{status: 200, body: "{}"}, {status: 404}}, true},
		"a read that fails":      {[]answer{{status: 404}, {status: 500}}, false},
		"412":                    {[]answer{{status: 412}}, false},
	} {
		client, served := serve(test.answers...)
		if err := client.DeleteCertificate(t.Context(), certificate, "a="); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
		if first := served.sent[0]; first != (sent{"DELETE", oneURL + resourceVersion, "a=", ""}) {
			t.Errorf("%s: sent %v", name, first)
		}
	}
}

func TestService_tellsScopeAndHubs(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{status: 200, body: `{"id":"/Sub","name":"dps000002","properties":{"state":"Active","provisioningState":"Succeeded",` +
		`"iotHubs":[{"name":"hub.azure-devices.net","location":"eastus","connectionString":"HostName=x"}],"allocationPolicy":"Hashed",` +
		`"serviceOperationsHostName":"dps000002.azure-devices-provisioning.net","deviceProvisioningHostName":"global.azure-devices-provisioning.net","idScope":"0ne005CB7A6"}}`},
		answer{status: 200, body: `{"properties":{"state":"Activating","idScope":null}}`}, answer{status: 200, body: `{}`}, answer{status: 404})
	found, err := client.Service(t.Context(), service)
	if err != nil || found.IDScope != "0ne005CB7A6" || !slices.Equal(found.IoTHubs, []string{"hub.azure-devices.net"}) || found.Name != "dps000002" || found.ID != "/Sub" {
		t.Errorf("read %+v, %v", found, err)
	}
	if found, err := client.Service(t.Context(), service); err != nil || found.IDScope != "" || found.ID != service || found.Name != "Contoso-DPS" {
		t.Errorf("while it is made: read %+v, %v", found, err)
	}
	if found, err := client.Service(t.Context(), service); err == nil {
		t.Errorf("of nothing: read %+v", found)
	}
	if _, err := client.Service(t.Context(), service); !transport.IsNotFound(err) {
		t.Errorf("of one that is not there: %v", err)
	}
	if served.sent[0] != (sent{"GET", resource + resourceVersion, "", ""}) {
		t.Errorf("sent %v", served.sent[0])
	}
}

// TestLimit_leavesRoomForOthers: what is sent in any second, for a minute, is less than the service takes.
func TestLimit_leavesRoomForOthers(t *testing.T) {
	t.Parallel()
	if most := dps.OperationsPerSecond * 60; most >= dps.MaxOperationsPerMinute {
		t.Errorf("%d operations per minute are sent, and the service takes %d", most, dps.MaxOperationsPerMinute)
	}
}

func TestRemedies_nameRolesAndActions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		service transport.Service
		status  int
		want    []string
	}{
		{dps.DataService, http.StatusUnauthorized, []string{"Device Provisioning Service Data Contributor", "Owner and Contributor"}},
		{dps.DataService, http.StatusForbidden, []string{"Device Provisioning Service Data Contributor", "Data Reader"}},
		{dps.DataService, http.StatusTooManyRequests, []string{"1000 operations per minute"}},
		{dps.ResourceService, http.StatusForbidden, []string{"Microsoft.Devices/provisioningServices/certificates/read", "generateVerificationCode/action", "Contributor"}},
		{dps.ResourceService, http.StatusUnauthorized, []string{"ARM_TENANT_ID"}},
		{dps.ResourceService, http.StatusNotFound, []string{"resource ID"}},
	} {
		for _, part := range test.want {
			if got := test.service.Remedy(test.status); !strings.Contains(got, part) {
				t.Errorf("%s, %d: the remedy lacks %q: %q", test.service.Name, test.status, part, got)
			}
		}
	}
	for _, service := range []transport.Service{dps.DataService, dps.ResourceService} {
		if got := service.Remedy(http.StatusInternalServerError); got != "" {
			t.Errorf("%s: %q", service.Name, got)
		}
	}
}
