// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// armRoute is an operation on a catalog or on what is below it. In its path, and in its body, the names of the fixture
// stand in braces.
type armRoute struct{ method, path, body string }

// armRoutes are the operations of the specification that are emulated, in an order in which each succeeds.
var armRoutes = []armRoute{
	{"GET", "{catalog}", ""},
	{"PUT", "{catalog}", `{"location":"global"}`},
	{"PATCH", "{catalog}", `{"tags":{"a":"b"}}`},
	{"GET", "{catalog}/certificates", ""},
	{"GET", "{catalog}/certificates/{certificate}", ""},
	{"POST", "{catalog}/certificates/{certificate}/retrieveCertChain", ""},
	{"POST", "{catalog}/certificates/{certificate}/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`},
	{"POST", "{catalog}/countDevices", ""},
	{"POST", "{catalog}/listDevices", ""},
	{"POST", "{catalog}/listDeviceGroups", `{}`},
	{"POST", "{catalog}/listDeployments", ""},
	{"POST", "{catalog}/listDeviceInsights", ""},
	{"GET", "{catalog}/products", ""},
	{"GET", "{catalog}/products/{product}", ""},
	{"PUT", "{catalog}/products/{product}", `{}`},
	{"PATCH", "{catalog}/products/{product}", `{}`},
	{"POST", "{catalog}/products/{product}/countDevices", ""},
	{"POST", "{catalog}/products/{product}/generateDefaultDeviceGroups", ""},
	{"GET", "{catalog}/products/{product}/deviceGroups", ""},
	{"GET", "{catalog}/products/{product}/deviceGroups/{group}", ""},
	{"PUT", "{catalog}/products/{product}/deviceGroups/{group}", `{}`},
	{"PATCH", "{catalog}/products/{product}/deviceGroups/{group}", `{}`},
	{"POST", "{catalog}/products/{product}/deviceGroups/{group}/countDevices", ""},
	{"POST", "{catalog}/products/{product}/deviceGroups/{group}/claimDevices", `{"deviceIdentifiers":["{device}"]}`},
	{"GET", "{catalog}/products/{product}/deviceGroups/{group}/devices", ""},
	{"GET", "{catalog}/products/{product}/deviceGroups/{group}/devices/{device}", ""},
	{"PUT", "{catalog}/products/{product}/deviceGroups/{group}/devices/{device}", `{}`},
	{"PATCH", "{catalog}/products/{product}/deviceGroups/{group}/devices/{device}", `{}`},
	{
		"POST", "{catalog}/products/{product}/deviceGroups/{group}/devices/{device}/generateCapabilityImage",
		`{"capabilities":["FieldServicing"]}`,
	},
	{"GET", "{catalog}/images", ""},
	{"GET", "{catalog}/images/{image}", ""},
	{"PUT", "{catalog}/images/{image}", "{package}"},
	{"POST", "{catalog}/uploadImage", "{package}"},
	{"PUT", "{catalog}/products/{product}/deviceGroups/{group}/deployments/.default", `{"properties":{"deployedImages":[]}}`},
	{"GET", "{catalog}/products/{product}/deviceGroups/{group}/deployments", ""},
	{"GET", "{catalog}/products/{product}/deviceGroups/{group}/deployments/{deployment}", ""},
	{"DELETE", "{catalog}/products/{product}/deviceGroups/{group}/deployments/{deployment}", ""},
	{"DELETE", "{catalog}/images/{image}", ""},
	{"DELETE", "{catalog}/products/{product}/deviceGroups/{group}/devices/{device}", ""},
	{"DELETE", "{catalog}/products/{product}/deviceGroups/{group}", ""},
	{"DELETE", "{catalog}/products/{product}", ""},
	{"DELETE", "{catalog}", ""},
}

// fixture is a catalog with one of each: certificate, product, device group, device, image and deployment.
func fixture(t *testing.T) (*emulatortest.Session, map[string]string) {
	t.Helper()
	s := emulatortest.Start(t, emulator.Options{})
	serial, _ := s.ActiveCA()
	image := emulatortest.NewImage("Blink")
	names := map[string]string{
		"{catalog}": "contoso-catalog", "{certificate}": serial, "{product}": "Coffee", "{group}": "Kitchen", "{device}": emulatortest.DeviceID("A"),
		"{image}": image.ID, "{package}": image.Body,
	}
	product := s.Info.CatalogID + "/products/Coffee"
	s.ARM(http.MethodPut, product, `{}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, product+"/deviceGroups/Kitchen", `{}`).Want(http.StatusOK)
	s.Settled(http.MethodPut, product+"/deviceGroups/Kitchen/devices/"+emulatortest.DeviceID("A"), `{}`)
	s.Settled(http.MethodPut, s.Info.CatalogID+"/images/"+image.ID, image.Body)
	s.Settled(http.MethodPut, product+"/deviceGroups/Kitchen/deployments/.default",
		`{"properties":{"deployedImages":[{"properties":{"imageId":"`+image.ID+`"}}]}}`)
	names["{deployment}"] = s.ARM(http.MethodGet, product+"/deviceGroups/Kitchen/deployments/.default", "").Want(http.StatusOK).Text("name")
	return s, names
}

// use sends the request of a route, with a body that may be another one than the route's.
func use(s *emulatortest.Session, r armRoute, names map[string]string, body string) *emulatortest.Reply {
	s.T.Helper()
	var pairs []string
	for placeholder, name := range names {
		pairs = append(pairs, placeholder, name)
	}
	fill := strings.NewReplacer(pairs...)
	parent := strings.TrimSuffix(s.Info.CatalogID, "contoso-catalog")
	return s.ARM(r.method, parent+fill.Replace(r.path), fill.Replace(body))
}

// refused fails the test unless the answer is an error in the shape of Resource Manager.
func refused(r *emulatortest.Reply, status int) {
	r.T.Helper()
	if r.Want(status); r.Text("error", "code") == "" || r.Text("error", "message") == "" {
		r.T.Errorf("an error without code or message: %s", r.Body)
	}
}

func TestARM_everyRouteAnswersWhenAllIsThere(t *testing.T) {
	t.Parallel()
	s, names := fixture(t)
	for _, r := range armRoutes {
		want := http.StatusOK
		switch {
		case strings.HasSuffix(r.path, "/claimDevices"), strings.HasSuffix(r.path, "/uploadImage"):
			want = http.StatusAccepted
		case r.method == http.MethodPut && slices.Contains([]string{"{device}", "{image}", ".default"}, r.path[strings.LastIndex(r.path, "/")+1:]):
			want = http.StatusCreated
		}
		if got := use(s, r, names, r.body); got.Status != want {
			t.Errorf("%s %s: status %d, want %d: %s", r.method, r.path, got.Status, want, got.Body)
		}
	}
}

func TestARM_unknownNamesAreNotFoundOnEveryRoute(t *testing.T) {
	t.Parallel()
	s, names := fixture(t)
	before := s.Emulator.State()
	for _, r := range armRoutes {
		for placeholder := range names {
			if !strings.Contains(r.path, placeholder) {
				continue
			}
			want := http.StatusNotFound
			if itself := strings.HasSuffix(r.path, placeholder); itself && r.method == http.MethodPut {
				continue // which makes it
			} else if itself && r.method == http.MethodDelete {
				want = http.StatusNoContent
			}
			t.Run(r.method+" "+r.path+" without "+placeholder, func(t *testing.T) {
				unknown := map[string]string{}
				for other, name := range names {
					unknown[other] = name
				}
				unknown[placeholder] = "Nowhere"
				if placeholder == "{device}" {
					unknown[placeholder] = emulatortest.DeviceID("F")
				}
				got := use(s.In(t), r, unknown, r.body)
				if want == http.StatusNoContent {
					if got.Want(want); len(got.Body) != 0 {
						t.Errorf("deleting what is not there answers %q", got.Body)
					}
					return
				}
				refused(got, want)
				if cause := got.Header.Get("x-ms-failure-cause"); placeholder == "{catalog}" &&
					(got.Text("error", "code") != "ResourceNotFound" || cause != "gateway") {
					t.Errorf("a missing catalog answers %s with the cause %q", got.Body, cause)
				}
			})
		}
	}
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
}

func TestARM_bodiesMustBeObjectsOnEveryRoute(t *testing.T) {
	t.Parallel()
	s, names := fixture(t)
	before := s.Emulator.State()
	for _, r := range armRoutes {
		if r.body == "" {
			continue
		}
		for _, body := range []string{"", "{", "[]", "null", `"text"`, "5", `{} {}`} {
			t.Run(r.method+" "+r.path+" with "+body, func(t *testing.T) {
				refused(use(s.In(t), r, names, body), http.StatusBadRequest)
			})
		}
	}
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
}

func TestARM_membersMustHaveTheirTypes(t *testing.T) {
	t.Parallel()
	s, names := fixture(t)
	before := s.Emulator.State()
	const product, group = "{catalog}/products/{product}", "{catalog}/products/{product}/deviceGroups/{group}"
	const device = group + "/devices/{device}"
	for _, r := range []armRoute{
		{"PUT", "{catalog}", `{"location":5}`},
		{"PUT", "{catalog}", `{"location":null}`},
		{"PUT", "{catalog}", `{"location":"global","tags":{"a":5}}`},
		{"PATCH", "{catalog}", `{"tags":["a"]}`},
		{"POST", "{catalog}/listDeviceGroups", `{"deviceGroupName":5}`},
		{"PUT", product, `{"properties":[]}`},
		{"PUT", product, `{"properties":{"description":5}}`},
		{"PATCH", product, `{"properties":{"description":{}}}`},
		{"PUT", group, `{"properties":"x"}`},
		{"PUT", group, `{"properties":{"regionalDataBoundary":"US"}}`},
		{"PATCH", group, `{"properties":{"osFeedType":"Beta"}}`},
		{"PATCH", group, `{"properties":{"updatePolicy":5}}`},
		{"PATCH", group, `{"properties":{"allowCrashDumpsCollection":true}}`},
		{"POST", group + "/claimDevices", `{}`},
		{"POST", group + "/claimDevices", `{"deviceIdentifiers":"{device}"}`},
		{"POST", group + "/claimDevices", `{"deviceIdentifiers":[5]}`},
		{"PUT", device, `{"properties":{"deviceId":5}}`},
		{"PATCH", device, `{"properties":{"deviceGroupId":5}}`},
		{"POST", device + "/generateCapabilityImage", `{}`},
		{"POST", device + "/generateCapabilityImage", `{"capabilities":"FieldServicing"}`},
		{"POST", device + "/generateCapabilityImage", `{"capabilities":["Everything"]}`},
	} {
		t.Run(r.method+" "+r.path+" with "+r.body, func(t *testing.T) {
			refused(use(s.In(t), r, names, r.body), http.StatusBadRequest)
		})
	}
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("refused requests change the state from\n%s\nto\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
}
