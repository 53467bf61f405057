// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const groupURL = data + "/sphere_1" + dataVersion

// record is a group as the service shows it, with members of a later version.
func record(etag, status string) string {
	return fmt.Sprintf(`{"enrollmentGroupId":"sphere_1","attestation":{"type":"x509","x509":{"caReferences":{"primary":"one"}}},"etag":%q,`+
		`"provisioningStatus":%q,"reprovisionPolicy":{"updateHubAssignment":true,"migrateDeviceData":false},"createdDateTimeUtc":"2023-05-19T23:10:35.7799084Z",`+
		`"lastUpdatedDateTimeUtc":"2023-05-19T23:10:35.7799084Z","allocationPolicy":"static","iotHubs":["hub.azure-devices.net"],"credentialPolicyName":"later"}`, etag, status)
}

func TestGroup_isRead(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{status: 200, body: record("a=", "disabled")})
	found, err := client.Group(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	if found.ETag != "a=" || found.References[dps.Primary] != "one" || len(found.References) != 1 || len(found.Signing) != 0 || found.ProvisioningStatus != "disabled" ||
		found.AllocationPolicy != "static" || !slices.Equal(found.IoTHubs, []string{"hub.azure-devices.net"}) || found.Reprovision != (dps.ReprovisionPolicy{UpdateHubAssignment: true}) {
		t.Errorf("read %+v", found)
	}
	served.wantSent(t, sent{"GET", groupURL, "", ""})
}

func TestGroup_whatIsLeftOutHasItsDefault(t *testing.T) {
	t.Parallel()
	client, _ := serve(answer{status: 200, body: `{"enrollmentGroupId":"sphere_1","etag":"a","attestation":{"type":"symmetricKey"},"iotHubs":null,"initialTwin":null}`},
		answer{status: 200, body: `{"etag":"a","iotHubHostName":"old.azure-devices.net","initialTwin":{"tags":{"a":1}},"attestation":{"type":"x509","x509":{"clientCertificates":null,` +
			`"signingCertificates":{"primary":{"info":{"subjectName":"CN=x","sha1Thumbprint":"0123456789ABCDEF0123456789ABCDEF01234567"}},"secondary":null}}}}`})
	found, err := client.Group(t.Context(), group)
	if err != nil || found.ProvisioningStatus != dps.StatusEnabled || found.AllocationPolicy != dps.AllocationHashed || found.IoTHubs != nil ||
		found.Reprovision != (dps.ReprovisionPolicy{UpdateHubAssignment: true, MigrateDeviceData: true}) || found.InitialTwin != nil {
		t.Errorf("read %+v, %v", found, err)
	}
	found, err = client.Group(t.Context(), group)
	if err != nil || !slices.Equal(found.IoTHubs, []string{"old.azure-devices.net"}) || string(found.InitialTwin) != `{"tags":{"a":1}}` ||
		len(found.Signing) != 1 || found.Signing[dps.Primary].Subject != "CN=x" || found.Signing[dps.Primary].Thumbprint.IsZero() {
		t.Errorf("read %+v, %v", found, err)
	}
}

func TestGroup_answersThatTellNothingAreErrors(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", "{}", "[]", "7", "<html>", `{"etag":"a"}`, `{"attestation":{"type":"x509"}}`, `{"etag":"a","attestation":"x509"}`} {
		client, _ := serve(answer{status: 200, body: body})
		_, err := client.Group(t.Context(), group)
		var unreadable *transport.UnreadableError
		if !errors.As(err, &unreadable) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestCreateGroup_sendsNoETag(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{status: 200, body: record("a", "enabled")}, answer{status: 409, body: `{"errorCode":409202,"message":"EnrollmentGroup already exists."}`})
	members := dps.Change{"attestation": dps.Referring(map[dps.Entry]string{dps.Primary: "one"})}
	if _, err := client.CreateGroup(t.Context(), group, members); err != nil {
		t.Error(err)
	}
	served.wantSent(t, sent{"PUT", groupURL, "", `{"attestation":{"type":"x509","x509":{"caReferences":{"primary":"one"}}},"enrollmentGroupId":"sphere_1"}`})
	_, err := client.CreateGroup(t.Context(), group, members)
	if transport.StatusCode(err) != http.StatusConflict || !strings.Contains(err.Error(), "409202") {
		t.Errorf("got %v", err)
	}
}

// disable is a change that is done when the group is disabled.
func disable(found dps.Group) (dps.Change, error) {
	if found.ProvisioningStatus == dps.StatusDisabled {
		return nil, nil
	}

	return dps.Change{"provisioningStatus": dps.StatusDisabled, "iotHubs": nil}, nil
}

// TestUpdateGroup_writesBackWhatItDoesNotKnow: a PUT replaces the whole record.
func TestUpdateGroup_writesBackWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{status: 200, body: record("a=", "enabled")}, answer{status: 200, body: record("b=", "disabled")})
	updated, err := client.UpdateGroup(t.Context(), group, disable)
	if err != nil || updated.ETag != "b=" {
		t.Errorf("got %+v, %v", updated, err)
	}
	put := served.sent[1]
	if put.method != http.MethodPut || put.url != groupURL || put.ifMatch != "a=" {
		t.Errorf("sent %v", put)
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal([]byte(put.body), &body); err != nil {
		t.Fatal(err)
	}
	want := []string{"allocationPolicy", "attestation", "credentialPolicyName", "enrollmentGroupId", "provisioningStatus", "reprovisionPolicy"}
	if got := slices.Sorted(maps.Keys(body)); !slices.Equal(got, want) || string(body["provisioningStatus"]) != `"disabled"` {
		t.Errorf("wrote %s", put.body)
	}
}

func TestUpdateGroup_startsOverWithAFreshLook(t *testing.T) {
	t.Parallel()
	enabled, disabled := answer{status: 200, body: record("a", "enabled")}, answer{status: 200, body: record("b", "disabled")}
	fails := errors.New("no")
	for name, test := range map[string]struct {
		answers []answer
		change  func(dps.Group) (dps.Change, error)
		good    bool
		methods []string
	}{
		"nothing to do":              {[]answer{disabled}, disable, true, []string{"GET"}},
		"somebody else changed it":   {[]answer{enabled, {status: 412}, enabled, disabled}, disable, true, []string{"GET", "PUT", "GET", "PUT"}},
		"somebody else did the same": {[]answer{enabled, {status: 412}, disabled}, disable, true, []string{"GET", "PUT", "GET"}},
		"the answer was lost":        {[]answer{enabled, {}, disabled}, disable, true, []string{"GET", "PUT", "GET"}},
		"a page in its place":        {[]answer{enabled, {status: 200, body: "<html>"}, disabled}, disable, true, []string{"GET", "PUT", "GET"}},
		"again and again":            {[]answer{enabled, {status: 412}, enabled, {status: 412}, enabled, {status: 412}, enabled, {status: 412}}, disable, false, slices.Repeat([]string{"GET", "PUT"}, 4)},
		"a refusal":                  {[]answer{enabled, {status: 400}}, disable, false, []string{"GET", "PUT"}},
		"it is gone":                 {[]answer{{status: 404}}, disable, false, []string{"GET"}},
		"the change is none":         {[]answer{enabled}, func(dps.Group) (dps.Change, error) { return nil, fails }, false, []string{"GET"}},
	} {
		client, served := serve(test.answers...)
		if _, err := client.UpdateGroup(t.Context(), group, test.change); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
		served.wantMethods(t, test.methods...)
	}
}

func TestDeleteGroup_sendsItsETag(t *testing.T) {
	t.Parallel()
	there := answer{status: 200, body: record("a=", "enabled")}
	for name, test := range map[string]struct {
		answers []answer
		good    bool
		methods []string
	}{
		"there":                   {[]answer{there, {status: 204}}, true, []string{"GET", "DELETE"}},
		"not there":               {[]answer{{status: 404}, {status: 404}}, true, []string{"GET", "GET"}},
		"a 404 that is none":      {[]answer{{status: 404}, there}, false, []string{"GET", "GET"}},
		"changed meanwhile":       {[]answer{there, {status: 412}, there, {status: 204}}, true, []string{"GET", "DELETE", "GET", "DELETE"}},
		"gone meanwhile":          {[]answer{there, {status: 404}, {status: 404}}, true, []string{"GET", "DELETE", "GET"}},
		"a body, and it is there": {[]answer{there, {status: 200, body: "{}"}, there}, false, []string{"GET", "DELETE", "GET"}},
		"refused":                 {[]answer{there, {status: 401}}, false, []string{"GET", "DELETE"}},
		"it cannot be read":       {[]answer{{status: 500}}, false, []string{"GET"}},
	} {
		client, served := serve(test.answers...)
		if err := client.DeleteGroup(t.Context(), group); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
		served.wantMethods(t, test.methods...)
		if len(served.sent) > 1 && served.sent[1].method == http.MethodDelete && served.sent[1] != (sent{"DELETE", groupURL, "a=", ""}) {
			t.Errorf("%s: sent %v", name, served.sent[1])
		}
	}
}

func TestGroups_followsTheContinuation(t *testing.T) {
	t.Parallel()
	page := func(id string) string { return `[{"enrollmentGroupId":"` + id + `","attestation":{"type":"x509"}}]` }
	client, served := serve(answer{200, page("a"), "token 1"}, answer{200, page("b"), "token 2"}, answer{status: 200, body: `[]`})
	groups, err := client.Groups(t.Context(), service)
	if err != nil || len(groups) != 2 || groups[0].ID != "a" || groups[1].ID != "b" {
		t.Errorf("listed %v, %v", groups, err)
	}
	if !slices.Equal(served.continuations, []string{"", "token 1", "token 2"}) || served.sent[0] != (sent{"POST", data + "/query" + dataVersion, "", `{"query":"SELECT *"}`}) {
		t.Errorf("sent %v, continuations %q", served.sent[0], served.continuations)
	}
	client, _ = serve(answer{200, page("a"), "again"})
	if groups, err := client.Groups(t.Context(), service); err == nil {
		t.Errorf("in a circle: listed %v", groups)
	}
	for _, body := range []string{"", "null", "{}", `{"value":[]}`, "<html>", `[{}]`} {
		client, _ := serve(answer{status: 200, body: body})
		if groups, err := client.Groups(t.Context(), service); err == nil {
			t.Errorf("%s: listed %v", body, groups)
		}
	}
}

func TestKeys_areReadByTheirOwnCall(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{status: 200, body: `{"type":"symmetricKey","symmetricKey":{"primaryKey":"cA==","secondaryKey":"cw=="}}`}, answer{status: 200, body: `{"type":"symmetricKey"}`})
	if keys, err := client.Keys(t.Context(), group); err != nil || keys != (dps.SymmetricKeys{Primary: "cA==", Secondary: "cw=="}) {
		t.Errorf("read %v, %v", keys, err)
	}
	if keys, err := client.Keys(t.Context(), group); err == nil {
		t.Errorf("of nothing: read %v", keys)
	}
	if served.sent[0] != (sent{"POST", data + "/sphere_1/attestationmechanism" + dataVersion, "", ""}) {
		t.Errorf("sent %v", served.sent[0])
	}
}

func TestClient_withoutASuffixSendsNothing(t *testing.T) {
	t.Parallel()
	client := dps.New(dps.Config{})
	if _, err := client.Group(t.Context(), group); !errors.Is(err, dps.ErrNoSuffix) || client.Ready() {
		t.Errorf("got %v", err)
	}
}
