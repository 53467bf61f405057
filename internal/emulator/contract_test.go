// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/conformance"
)

// deviceID is the ID of a device: 128 hex digits.
func deviceID(digit string) string { return strings.Repeat(digit, 128) }

// uncovered are operations of the OpenAPI files that are not emulated, or only with what the files do not have.
var uncovered = []string{
	"Operations_List", "Images_ListByCatalog", "Images_Get", "Images_CreateOrUpdate", "Images_Delete", "Catalogs_UploadImage",
	"Deployments_ListByDeviceGroup", "Deployments_Get", "Deployments_CreateOrUpdate", "Deployments_Delete",
}

func TestContract_everyOperationConforms(t *testing.T) {
	t.Parallel()
	specs, err := conformance.Dir()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	v, err := conformance.Load(specs)
	if err != nil {
		t.Fatal(err)
	}
	for name, behavior := range map[string]emulator.Behavior{
		"by default": {},
		"switched": {
			ARMBehavior:     arm.Behavior{PutAsynchronous: true, OperationPolls: 2},
			CatalogBehavior: catalog.Behavior{NonActiveBody: catalog.BodyAbsent},
			CentralBehavior: central.Behavior{
				PageSize: 1, CertificateReturned: true, GroupCertificatesStored: true, VerifyMismatchBadRequest: true,
				EmptyEntryDeleteMissing: true,
			},
		},
		"without error bodies": {
			ARMBehavior:     arm.Behavior{ErrorBodyAbsent: true},
			CatalogBehavior: catalog.Behavior{NonActiveBody: catalog.BodyNull},
			CentralBehavior: central.Behavior{GroupWithoutCertificates: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, emulator.Options{Behavior: behavior, Observe: v.Observe})
			useSphere(s)
			useApps(s)
			useCentral(s, previewVersion)
			useCentral(s, stableVersion)
		})
	}
	for _, problem := range v.Problems() {
		t.Error(problem)
	}
	if v.Total() == 0 {
		t.Error("the OpenAPI files are here, and no exchange was checked against them")
	}
	t.Logf("%d exchanges checked against the OpenAPI files: %v", v.Total(), v.Counts())
	for _, id := range v.Operations() {
		if v.Counts()[id] == 0 && !slices.Contains(uncovered, id) && !strings.HasPrefix(id, "microsoftAzure") && !strings.HasPrefix(id, "Apps_") {
			t.Errorf("the operation %s was not used", id)
		}
	}
}

// useSphere uses every operation of Microsoft.AzureSphere.
func useSphere(s *session) {
	s.t.Helper()
	parent, _, _ := strings.Cut(s.info.CatalogID, "/catalogs/")
	subscription, _, _ := strings.Cut(s.info.CatalogID, "/resourceGroups/")
	const get, put, post, patch, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete

	catalog := parent + "/catalogs/second"
	s.settled(put, catalog, `{"location":"Global","tags":{"a":"b"}}`)
	s.arm(get, catalog, "").want(http.StatusOK)
	s.arm(patch, catalog, `{"tags":{"c":"d"}}`).want(http.StatusOK)
	s.arm(get, parent+"/catalogs", "").want(http.StatusOK)
	s.arm(get, subscription+"/providers/Microsoft.AzureSphere/catalogs", "").want(http.StatusOK)

	s.arm(get, s.info.CatalogID+"/certificates?$top=5&$skip=0&$maxpagesize=1", "").want(http.StatusOK)
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.e.Rotate("", stage); err != nil {
			s.t.Fatal(err)
		}
		list := s.arm(get, s.info.CatalogID+"/certificates", "").want(http.StatusOK)
		for i := 0; list.at("value", i) != nil; i++ {
			path := s.info.CatalogID + "/certificates/" + list.text("value", i, "name")
			s.arm(get, path, "").want(http.StatusOK)
			s.arm(post, path+"/retrieveCertChain", "").want(http.StatusOK)
			s.arm(post, path+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`)
		}
	}

	product := catalog + "/products/Coffee Machine"
	group := product + "/deviceGroups/Field Test"
	device := group + "/devices/" + deviceID("A")
	path := func(p string) string { return (&url.URL{Path: p}).EscapedPath() }
	s.settled(put, path(product), `{}`)
	s.arm(get, path(product), "").want(http.StatusOK)
	s.arm(patch, path(product), `{"properties":{"description":"d"}}`).want(http.StatusOK)
	s.arm(get, catalog+"/products", "").want(http.StatusOK)
	s.settled(put, path(group), `{}`)
	s.arm(get, path(group), "").want(http.StatusOK)
	s.arm(patch, path(group), `{"properties":{"osFeedType":"RetailEval"}}`).want(http.StatusOK)
	s.arm(post, path(product)+"/generateDefaultDeviceGroups", "").want(http.StatusOK)
	s.arm(get, path(product)+"/deviceGroups", "").want(http.StatusOK)
	s.arm(post, catalog+"/listDeviceGroups", `{}`).want(http.StatusOK)
	s.arm(post, catalog+"/listDeviceGroups?$maxpagesize=1", `{"deviceGroupName":"Production"}`).want(http.StatusOK)
	s.settled(put, path(device), `{}`)
	s.arm(get, path(device), "").want(http.StatusOK)
	s.settled(post, path(group)+"/claimDevices", jsonText(map[string][]string{"deviceIdentifiers": {deviceID("B")}}))
	s.arm(get, path(group)+"/devices", "").want(http.StatusOK)
	s.arm(post, catalog+"/listDevices", "").want(http.StatusOK)
	for _, scope := range []string{catalog, path(product), path(group)} {
		s.arm(post, scope+"/countDevices", "").want(http.StatusOK)
	}
	s.arm(post, catalog+"/listDeployments", "").want(http.StatusOK)
	s.arm(post, catalog+"/listDeviceInsights", "").want(http.StatusOK)
	s.arm(post, path(device)+"/generateCapabilityImage", `{"capabilities":["FieldServicing"]}`).want(http.StatusOK)
	s.settled(patch, path(device), jsonText(map[string]any{"properties": map[string]string{"deviceGroupId": product + "/deviceGroups/Production"}}))
	moved := path(product + "/deviceGroups/Production/devices/" + deviceID("A"))
	s.arm(get, moved, "").want(http.StatusOK)
	s.arm(get, path(device), "").want(http.StatusNotFound)
	s.arm(del, path(product), "").want(http.StatusConflict)
	s.arm(del, moved, "").want(http.StatusOK)
	s.arm(del, path(group)+"/devices/"+deviceID("B"), "").want(http.StatusOK)
	s.arm(del, path(group), "").want(http.StatusOK)
	s.arm(del, path(product), "").want(http.StatusOK)
	s.arm(del, path(product), "").want(http.StatusNoContent)
	s.arm(del, catalog, "").want(http.StatusOK)
	s.arm(get, catalog, "").want(http.StatusNotFound)
	s.armAs("stranger", get, s.info.CatalogID, "").want(http.StatusForbidden)
}

// settled sends a request and polls its operation, if it has one, until it is done.
func (s *session) settled(method, path, body string) {
	s.t.Helper()
	answered := s.arm(method, path, body)
	address := answered.header.Get("Azure-AsyncOperation")
	if address == "" {
		answered.want(http.StatusOK)
		return
	}
	for range 10 {
		polled := s.send(http.MethodGet, address, nil, "Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
		if polled.text("status") == "Succeeded" {
			return
		}
	}
	s.t.Fatal("the operation does not end")
}

// useApps uses what is emulated of Microsoft.IoTCentral.
func useApps(s *session) {
	s.t.Helper()
	resource := s.info.Applications[0].ResourceID
	parent, _, _ := strings.Cut(resource, "/iotApps/")
	subscription, _, _ := strings.Cut(resource, "/resourceGroups/")
	for _, path := range []string{resource, parent + "/iotApps", subscription + "/providers/Microsoft.IoTCentral/iotApps"} {
		s.send(http.MethodGet, strings.TrimSuffix(s.info.Endpoints.ResourceManager, "/")+path+"?api-version=2021-06-01", nil,
			"Authorization", s.token(s.info.Audiences.ResourceManager)).want(http.StatusOK)
	}
}

// useCentral uses every operation on enrollment groups.
func useCentral(s *session, version string) {
	s.t.Helper()
	send := func(method, path, body string) *reply {
		headers := []string{"Authorization", s.info.Applications[0].APIToken}
		if body != "" {
			mediaType := map[bool]string{true: "application/merge-patch+json", false: "application/json"}[method == http.MethodPatch]
			headers = append(headers, "Content-Type", mediaType)
		}
		return s.send(method, s.centralURL("/enrollmentGroups"+path, version), []byte(body), headers...)
	}
	serial, encoded := s.activeCA()
	const get, put, post, patch, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete

	send(put, "/keys", `{"displayName":"Keys","type":"iotEdge","attestation":{"type":"symmetricKey"}}`).want(http.StatusOK)
	send(put, "/x509", jsonText(map[string]any{"displayName": "X.509", "type": "iot", "attestation": map[string]any{
		"type": "x509", "x509": map[string]any{"signingCertificates": map[string]any{"secondary": map[string]any{"certificate": encoded}}},
	}})).want(http.StatusOK)
	send(patch, "/x509", `{"enabled":false}`).want(http.StatusOK)
	entry := "/x509/certificates/primary"
	send(get, entry, "").want(http.StatusNotFound)
	send(put, entry, jsonText(map[string]any{"verified": false, "certificate": encoded})).want(http.StatusOK)
	code := send(post, entry+"/generateVerificationCode", "").want(http.StatusOK).text("verificationCode")
	if refused := send(post, entry+"/verify", jsonText(map[string]string{"certificate": encoded})); refused.status < 400 {
		s.t.Errorf("verify takes anything: %d", refused.status)
	}
	send(post, entry+"/verify", jsonText(map[string]string{"certificate": s.proof(serial, code)})).want(http.StatusNoContent)
	send(get, entry, "").want(http.StatusOK)
	send(get, "/x509", "").want(http.StatusOK)
	list := send(get, "", "").want(http.StatusOK)
	if list.at("nextLink") != nil {
		s.send(get, list.text("nextLink"), nil, "Authorization", s.info.Applications[0].APIToken).want(http.StatusOK)
	}
	send(del, entry, "").want(http.StatusNoContent)
	send(del, entry, "")
	send(del, "/x509", "").want(http.StatusNoContent)
	send(del, "/keys", "").want(http.StatusNoContent)
}
