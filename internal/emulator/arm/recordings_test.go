// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// TestErrors_areThoseOfTheRecordings has every refusal that was recorded, by who refused: the gateway or the service.
func TestErrors_areThoseOfTheRecordings(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product+"/deviceGroups/Office", `{}`).Want(http.StatusOK)
	move := func(group string) string {
		return `{"properties":{"deviceGroupId":"` + product + "/deviceGroups/" + group + `"}}`
	}
	device := "/devices/" + emulatortest.DeviceID("A")
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		cause, want        string
	}{
		"GET missing catalog": {
			"GET", s.Info.CatalogID + "x", "", 404, "gateway", "ResourceNotFound: The Resource 'Microsoft.AzureSphere/catalogs/contoso-catalogx' " +
				"under resource group 'contoso-rg' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
		},
		"GET missing device group":              {"GET", product + "/deviceGroups/None", "", 404, "service", "ResourceNotFound: Resource not found"},
		"PATCH device to a missing group":       {"PATCH", kitchen(s) + device, move("None"), 404, "service", "ResourceNotFound: Resource not found"},
		"PATCH device that is not at that path": {"PATCH", product + "/deviceGroups/Office" + device, move("Office"), 404, "service", "ResourceNotFound: The requested device was not found"},
		"countDevices of a missing group":       {"POST", product + "/deviceGroups/None/countDevices", "", 404, "service", "InvalidParameters: Device group not found"},
		"DELETE group that has devices":         {"DELETE", kitchen(s), "", 400, "service", "InvalidParameters: The device group has '1' devices associated"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.In(t).ARM(test.method, test.path, test.body).Want(test.status)
			if text := got.Text("error", "code") + ": " + got.Text("error", "message"); text != test.want {
				t.Errorf("answered %q, want %q", text, test.want)
			}
			if members := keys(got); members != "error" || strings.Count(string(got.Body), ":") < 2 {
				t.Errorf("answered %s", got.Body)
			}
			own := map[string]string{
				"x-ms-failure-cause": "service", "Content-Type": "application/json", "x-ms-providerhub-traffic": "True",
			}
			if test.cause == "gateway" {
				own = map[string]string{
					"x-ms-failure-cause": "gateway", "Content-Type": "application/json; charset=utf-8", "x-ms-providerhub-traffic": "",
					"x-ms-correlation-request-id": got.Header.Get("x-ms-request-id"),
				}
			}
			for header, want := range own {
				if value := got.Header.Get(header); value != want {
					t.Errorf("%s is %q, want %q", header, value, want)
				}
			}
			limited := got.Header.Get("x-ms-ratelimit-remaining-subscription-reads") + got.Header.Get("x-ms-ratelimit-remaining-subscription-writes") +
				got.Header.Get("x-ms-ratelimit-remaining-subscription-deletes")
			if (limited == "") != (test.cause == "gateway") {
				t.Errorf("a refusal of the %s counts %q as left", test.cause, limited)
			}
		})
	}
}

func TestHeaders_areThoseOfTheRecordings(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	subscription, _, _ := strings.Cut(s.Info.CatalogID, "/resourceGroups/")
	of := map[string]*emulatortest.Reply{
		"GET catalog":            s.ARM(http.MethodGet, s.Info.CatalogID, ""),
		"POST countDevices":      s.ARM(http.MethodPost, s.Info.CatalogID+"/countDevices", ""),
		"catalogs of a group":    s.ARM(http.MethodGet, s.Info.CatalogID[:strings.LastIndex(s.Info.CatalogID, "/")], ""),
		"list by subscription":   s.ARM(http.MethodGet, subscription+"/providers/Microsoft.AzureSphere/catalogs", ""),
		"GET certificates":       s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", ""),
		"DELETE of what is gone": s.ARM(http.MethodDelete, kitchen(s)+"x", ""),
	}
	for name, got := range of {
		for header, want := range map[string]string{
			"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1", "X-Content-Type-Options": "nosniff",
		} {
			if value := got.Header.Get(header); value != want {
				t.Errorf("%s: %s is %q, want %q", name, header, value, want)
			}
		}
		correlation := got.Header.Get("x-ms-correlation-request-id")
		if routing := got.Header.Get("x-ms-routing-request-id"); !regexp.MustCompile(`^[A-Z]+:\d{8}T\d{6}Z:`+correlation+`$`).MatchString(routing) || correlation == "" {
			t.Errorf("%s: routed as %q, correlated as %q", name, routing, correlation)
		}
		// Resource Manager answers the list by subscription itself.
		traffic := map[bool]string{true: "", false: "True"}[name == "list by subscription"]
		if value := got.Header.Get("x-ms-providerhub-traffic"); value != traffic || (got.Header.Get("mise-correlation-id") == "") != (traffic == "") {
			t.Errorf("%s: x-ms-providerhub-traffic is %q, want %q", name, value, traffic)
		}
		if etag := got.Header.Get("ETag"); (etag != "") != (name == "GET catalog") {
			t.Errorf("%s: the ETag is %q", name, etag)
		}
	}
	deleted := s.ARM(http.MethodDelete, s.Info.CatalogID, "").Want(http.StatusOK)
	if id := deleted.Header.Get("x-ms-request-id"); id != "00000000-0000-0000-0000-000000000000" || len(deleted.Body) != 0 {
		t.Errorf("DELETE of a catalog has the request ID %s and the body %q", id, deleted.Body)
	}
}

func TestCatalogs_haveNoTagsUnlessGivenSome(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	catalog := newCatalog(s)
	for _, answer := range []*emulatortest.Reply{
		s.ARM(http.MethodPut, catalog, `{"location":"Global"}`), s.ARM(http.MethodGet, catalog, ""), s.ARM(http.MethodPatch, catalog, `{}`),
	} {
		if got := member(answer.Want(http.StatusOK), "", "tags"); got != "absent" {
			t.Errorf("the tags are %s in %s", got, answer.Body)
		}
		if members := keys(answer); members != "id,name,type,location,systemData,properties" {
			t.Errorf("the members are %s", members)
		}
	}
	if got := member(s.ARM(http.MethodPut, catalog, `{"location":"Global","tags":{}}`), "", "tags"); got != "{}" {
		t.Errorf("the tags are %s", got)
	}
	// A patch replaces the whole set.
	s.ARM(http.MethodPatch, catalog, `{"tags":{"a":"b","c":"d"}}`).Want(http.StatusOK)
	if got := member(s.ARM(http.MethodPatch, catalog, `{"tags":{"e":"f"}}`), "", "tags"); got != `{"e":"f"}` {
		t.Errorf("the tags are %s", got)
	}
}

func TestDeviceGroups_tellOfDeploymentsAsRecorded(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee", `{}`).Want(http.StatusOK)
	for name, answer := range map[string]struct {
		reply *emulatortest.Reply
		want  any
	}{
		"PUT":              {s.ARM(http.MethodPut, kitchen(s), `{}`), false},
		"PATCH":            {s.ARM(http.MethodPatch, kitchen(s), `{"properties":{}}`), false},
		"GET":              {s.ARM(http.MethodGet, kitchen(s), ""), nil},
		"list":             {s.ARM(http.MethodGet, s.Info.CatalogID+"/products/Coffee/deviceGroups", ""), false},
		"listDeviceGroups": {s.ARM(http.MethodPost, s.Info.CatalogID+"/listDeviceGroups", `{}`), false},
	} {
		shown := answer.reply.Want(http.StatusOK)
		value := shown.At("properties", "hasDeployment")
		if strings.HasPrefix(name, "list") {
			value = shown.At("value", 0, "properties", "hasDeployment")
		}
		if value != answer.want || !strings.Contains(string(shown.Body), `"hasDeployment":`) {
			t.Errorf("%s: hasDeployment is %v, want %v: %s", name, value, answer.want, shown.Body)
		}
	}
	// What there is none of is an empty list that ends in null.
	for _, path := range []string{"/listDevices", "/listDeviceInsights", "/listDeployments"} {
		if got := s.ARM(http.MethodPost, s.Info.CatalogID+path, "").Want(http.StatusOK); string(got.Body) != `{"value":[],"nextLink":null}` {
			t.Errorf("%s answers %s", path, got.Body)
		}
	}
}

func TestImagesAndDeployments_answerAsRecorded(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee", `{}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, kitchen(s), `{}`).Want(http.StatusOK)
	blink, other := emulatortest.NewImage("AzureSphereBlink1"), emulatortest.NewImage("ErrorReportingStage1")
	path := s.Info.CatalogID + "/images/"

	put := s.ARM(http.MethodPut, path+blink.ID, blink.Body).Want(http.StatusCreated)
	if keys(put) != "id,name,type,systemData,properties" || put.Text("type") != "microsoft.azuresphere/catalogs/images" ||
		member(put, "", "properties") != `{"provisioningState":"Accepted"}` || put.Header.Get("Location") != "" {
		t.Errorf("PUT answers %s", put.Body)
	}
	poll := func(r *emulatortest.Reply) *emulatortest.Reply {
		return s.Send(http.MethodGet, r.Header.Get("Azure-AsyncOperation"), nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
	}
	done := poll(put)
	if keys(done) != "id,name,resourceId,status,startTime,endTime,error,properties" || member(done, "", "error") != `{"target":"ImageUpload","details":[]}` ||
		done.Text("properties", "targetResourceId") != path+blink.ID || done.Text("status") != "Succeeded" || done.Header.Get("ETag") == "" {
		t.Errorf("the operation ends as %s", done.Body)
	}
	get := s.ARM(http.MethodGet, path+blink.ID, "").Want(http.StatusOK)
	if keys(get) != "id,name,type,properties" || get.Text("properties", "image") != "AzureSphereBlink1" || get.Text("properties", "componentId") != blink.ComponentID ||
		get.Text("properties", "imageType") != "Applications" || get.Text("properties", "imageId") != blink.ID || get.At("properties", "description") != nil {
		t.Errorf("GET answers %s", get.Body)
	}
	uri := get.Text("properties", "uri")
	for _, part := range []string{"https://prodptimg.blob.core.windows.net/" + s.Info.SphereTenantID + "/images/" + blink.ID + "?", "&skt=2026-05-04T05%3A57%3A01Z", "&ske=2026-05-04T07%3A02%3A01Z", "&se=2026-05-04T14%3A02%3A01Z"} {
		if !strings.Contains(uri, part) || !strings.Contains(string(get.Body), "&sig=") {
			t.Errorf("the link is %s, without %s", uri, part)
		}
	}
	if again := s.ARM(http.MethodGet, path+blink.ID, "").Text("properties", "uri"); again == uri {
		t.Error("two answers have one link")
	}
	s.Settled(http.MethodPost, s.Info.CatalogID+"/uploadImage", other.Body).Want(http.StatusAccepted)
	if list := names(s.ARM(http.MethodGet, s.Info.CatalogID+"/images", "")); strings.Join(list, " ") != other.ID+" "+blink.ID {
		t.Errorf("listed %v, want the newest first", list)
	}
	refused(s.ARM(http.MethodPut, path+other.ID, blink.Body), http.StatusBadRequest)
	refused(s.ARM(http.MethodPut, path+blink.ID, `{"properties":{"image":"bm90aGluZw=="}}`), http.StatusBadRequest)

	deployments := kitchen(s) + "/deployments"
	s.ARM(http.MethodGet, deployments+"/.default", "").Want(http.StatusNotFound)
	deploy := func(images ...string) *emulatortest.Reply {
		var items []any
		for _, id := range images {
			items = append(items, map[string]any{"properties": map[string]string{"image": "name", "imageId": id, "regionalDataBoundary": "None"}})
		}
		return s.ARM(http.MethodPut, deployments+"/.default", emulatortest.JSON(map[string]any{"properties": map[string]any{"deployedImages": items}}))
	}
	first := deploy(blink.ID, other.ID).Want(http.StatusCreated)
	if first.Text("name") != ".default" || first.Text("id") != deployments+"/.default" || first.Header.Get("Azure-AsyncOperation") == "" {
		t.Errorf("PUT answers %s", first.Body)
	}
	done = poll(first)
	if done.Text("error", "target") != "DeployToDeviceGroup" || done.Text("resourceId") != deployments+"/.default" {
		t.Errorf("the operation ends as %s", done.Body)
	}
	newest := s.ARM(http.MethodGet, deployments+"/.default", "").Want(http.StatusOK)
	if newest.Text("id") != done.Text("properties", "targetResourceId") || keys(newest) != "id,name,type,systemData,properties" ||
		member(newest, "", "systemData") != `{"createdAt":"2026-05-04T06:02:01Z","lastModifiedAt":"2026-05-04T06:02:01Z"}` ||
		newest.Text("properties", "deploymentId") != newest.Text("name") || newest.Text("properties", "deploymentDateUtc") != "2026-05-04T06:02:01Z" {
		t.Errorf("GET .default answers %s", newest.Body)
	}
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(member(newest, "properties", "deployedImages")), &items); err != nil || len(items) != 2 ||
		!strings.HasPrefix(string(items[0]), `{"properties":{"uri":`) || !strings.HasSuffix(string(items[0]), `"systemData":null}`) ||
		!strings.Contains(string(items[0]), blink.ID) {
		t.Errorf("it deployed %s", newest.Body)
	}
	poll(deploy(other.ID))
	list := s.ARM(http.MethodGet, deployments, "").Want(http.StatusOK)
	if all := names(list); len(all) != 2 || all[0] != newest.Text("name") || s.ARM(http.MethodGet, deployments+"/.default", "").Text("name") != all[1] {
		t.Errorf("listed %v, want the oldest first", all)
	}
	if byCatalog := names(s.ARM(http.MethodPost, s.Info.CatalogID+"/listDeployments", "")); len(byCatalog) != 2 {
		t.Errorf("the catalog lists %v", byCatalog)
	}
	refused(deploy(emulatortest.NewImage("unknown").ID), http.StatusBadRequest)
	s.ARM(http.MethodDelete, deployments+"/"+newest.Text("name"), "").Want(http.StatusOK)
	s.ARM(http.MethodDelete, path+blink.ID, "").Want(http.StatusOK)
	s.ARM(http.MethodGet, path+blink.ID, "").Want(http.StatusNotFound)
}

func TestOperations_claimHasNoTargetAndMayFail(t *testing.T) {
	t.Parallel()
	for end, want := range map[string]struct {
		status string
		there  int
	}{"succeeded": {"Succeeded", 200}, "failed": {"Failed", 404}} {
		s := emulatortest.Switched(t, "operation-end", end)
		s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee", `{}`).Want(http.StatusOK)
		s.ARM(http.MethodPut, kitchen(s), `{}`).Want(http.StatusOK)
		path := kitchen(s) + "/devices/" + emulatortest.DeviceID("A")
		started := s.ARM(http.MethodPut, path, `{}`).Want(http.StatusCreated)
		done := s.Send(http.MethodGet, started.Header.Get("Azure-AsyncOperation"), nil, "Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
		if done.Text("status") != want.status || done.Text("error", "target") != "DeviceClaim" || done.At("properties", "targetResourceId") != nil {
			t.Errorf("%s: %s", end, done.Body)
		}
		s.ARM(http.MethodGet, path, "").Want(want.there)
	}
}

func TestSubscriptions_areWhatSignInLooksFor(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	get := func(path, version, principal string) *emulatortest.Reply {
		return s.Send(http.MethodGet, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+path+"?api-version="+version, nil,
			"Authorization", s.Token(s.Info.Audiences.ResourceManager, principal))
	}
	subscription := "/subscriptions/" + s.Info.SubscriptionID
	one := get(subscription, "2021-01-01", "owner").Want(http.StatusOK)
	if keys(one) != "id,authorizationSource,managedByTenants,subscriptionId,tenantId,displayName,state,subscriptionPolicies" ||
		one.Text("id") != subscription || one.Text("tenantId") != s.Info.TenantID || one.Text("state") != "Enabled" ||
		member(one, "", "managedByTenants") != "[]" || one.Text("subscriptionPolicies", "spendingLimit") != "Off" {
		t.Errorf("the subscription is %s", one.Body)
	}
	for _, version := range []string{"2022-12-01", "2019-11-01"} {
		if list := get("/subscriptions", version, "owner").Want(http.StatusOK); emulatortest.JSON(list.At("value", 0)) != emulatortest.JSON(one.At()) {
			t.Errorf("listed %s", list.Body)
		}
	}
	if list := get("/subscriptions", "2022-12-01", "stranger").Want(http.StatusOK); string(list.Body) != `{"value":[]}` {
		t.Errorf("a stranger sees %s", list.Body)
	}
	tenants := get("/tenants", "2022-12-01", "stranger").Want(http.StatusOK)
	if tenants.Text("value", 0, "id") != "/tenants/"+s.Info.TenantID || tenants.Text("value", 0, "tenantType") != "AAD" || tenants.Text("value", 0, "tenantCategory") != "Home" {
		t.Errorf("the tenants are %s", tenants.Body)
	}
	group := get(subscription+"/resourcegroups/CONTOSO-rg", "2021-04-01", "owner").Want(http.StatusOK)
	if keys(group) != "id,name,type,location,properties" || group.Text("type") != "Microsoft.Resources/resourceGroups" || group.Text("name") != "contoso-rg" ||
		group.Text("properties", "provisioningState") != "Succeeded" {
		t.Errorf("the resource group is %s", group.Body)
	}
	if list := get(subscription+"/resourcegroups", "2021-04-01", "reader").Want(http.StatusOK); list.At("value", 1) != nil || list.Text("value", 0, "name") != "contoso-rg" {
		t.Errorf("listed %s", list.Body)
	}
	get(subscription+"/resourceGroups/other", "2021-04-01", "owner").Want(http.StatusNotFound)
	get("/subscriptions/00000000-0000-0000-0000-000000000000", "2021-01-01", "owner").Want(http.StatusNotFound)
	get(subscription, "2021-01-01", "stranger").Want(http.StatusForbidden)
	get(subscription, "latest", "owner").Want(http.StatusBadRequest)
	if provider := get(subscription+"/providers/microsoft.iotcentral", "2022-09-01", "owner").Want(http.StatusOK); provider.Text("registrationState") != "Registered" {
		t.Errorf("the resource provider is %s", provider.Body)
	}
	get(subscription+"/providers/Microsoft.Other", "2022-09-01", "owner").Want(http.StatusNotFound)

	if providers := get(subscription+"/providers", "2022-09-01", "owner").Want(http.StatusOK); providers.Text("value", 0, "namespace") != "Microsoft.AzureSphere" {
		t.Errorf("the resource providers are %s", providers.Body)
	}
	if locations := get(subscription+"/locations", "2022-12-01", "owner").Want(http.StatusOK); locations.Text("value", 0, "name") != "westeurope" {
		t.Errorf("the locations are %s", locations.Body)
	}

	operations := get("/providers/Microsoft.AzureSphere/operations", emulatortest.SphereVersion, "stranger").Want(http.StatusOK)
	listed := names(operations)
	for _, action := range []string{
		"catalogs/read", "catalogs/certificates/read", "catalogs/certificates/retrieveCertChain/action",
		"catalogs/certificates/retrieveProofOfPossessionNonce/action", "catalogs/uploadImage/action", "locations/operationStatuses/read",
	} {
		if !strings.Contains(strings.Join(listed, " ")+" ", "Microsoft.AzureSphere/"+action+" ") {
			t.Errorf("the operations do not have %s: %v", action, listed)
		}
	}
	if operations.Text("value", 0, "display", "provider") == "" || operations.Text("value", 0, "display", "description") == "" {
		t.Errorf("the operations are %s", operations.Body)
	}
}
