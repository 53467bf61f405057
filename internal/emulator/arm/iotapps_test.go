// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// apps sends a request about applications, in a version.
func apps(s *emulatortest.Session, version, method, path, body string) *emulatortest.Reply {
	s.T.Helper()
	return s.Send(method, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+path+"?api-version="+version, []byte(body),
		"Authorization", s.Token(s.Info.Audiences.ResourceManager), "Content-Type", "application/json")
}

const appsPreview = "2021-11-01-preview"

func TestIoTApps_answerAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	app := s.Info.Applications[0]
	got := apps(s, appsPreview, http.MethodGet, app.ResourceID, "").Want(http.StatusOK)
	want := `{"id":"` + app.ResourceID + `","name":"contoso","type":"Microsoft.IoTCentral/IoTApps","location":"westeurope","tags":{},` +
		`"properties":{"state":"created","provisioningState":"Succeeded","applicationId":"` + app.ApplicationID + `","displayName":"contoso",` +
		`"subdomain":"contoso","template":"iotc-pnp-preview@1.0.0","publicNetworkAccess":"Enabled","networkRuleSets":{"defaultAction":"Allow",` +
		`"applyToDevices":false,"applyToIoTCentral":false,"ipRules":[]},"privateEndpointConnections":[]},"sku":{"name":"ST2"},"identity":{"type":"None"}}`
	if string(got.Body) != want {
		t.Errorf("answered\n%s\nwant\n%s", got.Body, want)
	}
	if etag := got.Header.Get("ETag"); !regexp.MustCompile(`^W/"[0-9a-f]{8}-0000-0100-0000-[0-9a-f]{12}"$`).MatchString(etag) {
		t.Errorf("the ETag is %s", etag)
	}
	if !strings.HasPrefix(got.Header.Get("Cache-Control"), "no-store") || got.Header.Get("X-IoT-Cluster") == "" || got.Header.Get("X-IoT-Version") == "" {
		t.Errorf("the headers are %v", got.Header)
	}
	// The stable version lacks what has to do with networks.
	stable := apps(s, "2021-06-01", http.MethodGet, app.ResourceID, "").Want(http.StatusOK)
	if keys := member(stable, "", "properties"); strings.Contains(keys, "etwork") || strings.Contains(keys, "provisioningState") ||
		stable.Text("properties", "subdomain") != "contoso" {
		t.Errorf("answered %s", stable.Body)
	}
	apps(s, "2018-09-01", http.MethodGet, app.ResourceID, "").Want(http.StatusBadRequest)
	missing := apps(s, appsPreview, http.MethodGet, app.ResourceID+"x", "").Want(http.StatusNotFound)
	if missing.Text("error", "code") != "ResourceNotFound" || missing.Header.Get("x-ms-failure-cause") != "gateway" {
		t.Errorf("answered %s", missing.Body)
	}
}

func TestIoTApps_areMadeAndDeleted(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	path := s.Info.Applications[0].ResourceID[:strings.LastIndex(s.Info.Applications[0].ResourceID, "/")+1] + "fabrikam-iot"
	const body = `{"location":"westus","sku":{"name":"ST0"},"tags":{"a":"b"},"properties":{"displayName":"Fabrikam","subdomain":"fabrikam"}}`
	poll := func(address string) *emulatortest.Reply {
		return s.Send(http.MethodGet, address, nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager))
	}
	made := apps(s, appsPreview, http.MethodPut, path, body).Want(http.StatusCreated)
	address := made.Header.Get("Azure-AsyncOperation")
	if made.Text("properties", "provisioningState") != "Creating" || made.Text("name") != "fabrikam-iot" || made.Text("sku", "name") != "ST0" ||
		!strings.Contains(address, "/providers/Microsoft.IoTCentral/locations/westus/operationResults/") ||
		!strings.HasSuffix(address, "&type=createOrUpdateIotApplication&x-iot-region=westus&asyncinfo") {
		t.Errorf("answered %s, to poll at %s", made.Body, address)
	}
	if first, second := poll(address), poll(address); string(first.Body) != `{"status":"Creating"}` || string(second.Body) != `{"status":"Succeeded"}` {
		t.Errorf("the polls answer %s and %s", first.Body, second.Body)
	}
	if got := apps(s, appsPreview, http.MethodGet, path, ""); got.Text("properties", "provisioningState") != "Succeeded" || got.Text("tags", "a") != "b" {
		t.Errorf("it is %s", got.Body)
	}
	// It is an application like any other: by its name below the DNS suffix.
	groups := "https://fabrikam." + s.Info.Endpoints.IoTCentralDNSSuffix + "/api/enrollmentGroups?api-version=" + emulatortest.PreviewVersion
	s.Send(http.MethodGet, groups, nil, "Authorization", s.Token(s.Info.Audiences.IoTCentral)).Want(http.StatusOK)
	apps(s, appsPreview, http.MethodPut, path+"2", body).Want(http.StatusConflict)
	for name, want := range map[string]bool{"fabrikam": false, "tailspin": true} {
		subscription := "/subscriptions/" + s.Info.SubscriptionID + "/providers/Microsoft.IoTCentral/"
		checked := apps(s, appsPreview, http.MethodPost, subscription+"checkSubdomainAvailability", `{"name":"`+name+`"}`).Want(http.StatusOK)
		if checked.At("nameAvailable") != want {
			t.Errorf("%s: %s", name, checked.Body)
		}
		checked = apps(s, appsPreview, http.MethodPost, subscription+"checkNameAvailability", `{"name":"`+name+`-iot","type":"IoTApps"}`).Want(http.StatusOK)
		if checked.At("nameAvailable") != want {
			t.Errorf("%s-iot: %s", name, checked.Body)
		}
	}
	if patched := apps(s, appsPreview, http.MethodPatch, path, `{"tags":{}}`).Want(http.StatusOK); member(patched, "", "tags") != "{}" {
		t.Errorf("patched to %s", patched.Body)
	}
	for _, wrong := range []string{`{}`, `{"location":"westus"}`, `{"location":"westus","sku":{"name":"ST0"},"properties":{"subdomain":"no.label"}}`, `{"location":5}`} {
		apps(s, appsPreview, http.MethodPut, path+"3", wrong).Want(http.StatusBadRequest)
	}
	apps(s, appsPreview, http.MethodPut, path+"-", body).Want(http.StatusBadRequest)

	for _, wrong := range []string{`{"tags":5}`, `{"properties":{"subdomain":"other"}}`, `[]`} {
		apps(s, appsPreview, http.MethodPatch, path, wrong).Want(http.StatusBadRequest)
	}
	apps(s, appsPreview, http.MethodPatch, path+"9", `{}`).Want(http.StatusNotFound)
	if put := apps(s, appsPreview, http.MethodPut, path, `{"location":"westus","properties":{"displayName":"New"}}`).Want(http.StatusOK); put.Text("properties", "displayName") != "New" {
		t.Errorf("updated to %s", put.Body)
	}
	apps(s, appsPreview, http.MethodPost, "/subscriptions/"+s.Info.SubscriptionID+"/providers/Microsoft.IoTCentral/checkNameAvailability", `{}`).Want(http.StatusBadRequest)

	deleted := apps(s, appsPreview, http.MethodDelete, path, "").Want(http.StatusAccepted)
	location, async := deleted.Header.Get("Location"), deleted.Header.Get("Azure-AsyncOperation")
	if location+"&asyncinfo" != async || len(deleted.Body) != 0 {
		t.Errorf("answered %q, to poll at %s and %s", deleted.Body, location, async)
	}
	poll(location).Want(http.StatusAccepted)
	if ended := poll(async); string(ended.Body) != `{"status":"Succeeded"}` {
		t.Errorf("the operation ends as %s", ended.Body)
	}
	poll(location).Want(http.StatusOK)
	poll(strings.Replace(location, "operationResults/", "operationResults/x", 1)).Want(http.StatusNotFound)
	apps(s, appsPreview, http.MethodGet, path, "").Want(http.StatusNotFound)
	apps(s, appsPreview, http.MethodDelete, path, "").Want(http.StatusNoContent)
	s.Send(http.MethodGet, groups, nil, "Authorization", s.Token(s.Info.Audiences.IoTCentral)).Want(http.StatusNotFound)
}
