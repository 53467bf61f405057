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
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// uncovered are operations of the OpenAPI files that are not emulated.
var uncovered = []string{"EnrollmentGroup_RunBulkOperation", "IotDpsResource_ListKeys"}

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
			ARMBehavior:     arm.Behavior{Puts: "catalog=201,product=201,group=201", OperationPolls: 2},
			CatalogBehavior: catalog.Behavior{NonActiveBody: catalog.BodyAbsent},
			CentralBehavior: central.Behavior{
				PageSize: 1, CertificateReturned: true, GroupCertificatesStored: true, VerifyMismatchBadRequest: true,
				EmptyEntryDeleteMissing: true,
			},
		},
		"without error bodies": {
			ARMBehavior:     arm.Behavior{ErrorBodyAbsent: true},
			CatalogBehavior: catalog.Behavior{NonActiveBody: catalog.BodyNull},
			CentralBehavior: central.Behavior{GroupShows: central.ShowsNothing},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := emulatortest.Start(t, emulator.Options{Behavior: behavior, Observe: v.Observe})
			useSphere(s)
			useApps(s)
			useDPS(s)
			useCentral(s, emulatortest.PreviewVersion)
			useCentral(s, emulatortest.StableVersion)
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
func useSphere(s *emulatortest.Session) {
	s.T.Helper()
	parent, _, _ := strings.Cut(s.Info.CatalogID, "/catalogs/")
	subscription, _, _ := strings.Cut(s.Info.CatalogID, "/resourceGroups/")
	const get, put, post, patch, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete

	second := parent + "/catalogs/second"
	s.Settled(put, second, `{"location":"Global","tags":{"a":"b"}}`)
	s.ARM(get, second, "").Want(http.StatusOK)
	s.ARM(patch, second, `{"tags":{"c":"d"}}`).Want(http.StatusOK)
	s.ARM(get, parent+"/catalogs", "").Want(http.StatusOK)
	s.ARM(get, subscription+"/providers/Microsoft.AzureSphere/catalogs", "").Want(http.StatusOK)

	s.ARM(get, s.Info.CatalogID+"/certificates?$top=5&$skip=0&$maxpagesize=1", "").Want(http.StatusOK)
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.Emulator.Rotate("", stage); err != nil {
			s.T.Fatal(err)
		}
		list := s.ARM(get, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
		for i := 0; list.At("value", i) != nil; i++ {
			path := s.Info.CatalogID + "/certificates/" + list.Text("value", i, "name")
			s.ARM(get, path, "").Want(http.StatusOK)
			s.ARM(post, path+"/retrieveCertChain", "").Want(http.StatusOK)
			s.ARM(post, path+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`)
		}
	}

	product := second + "/products/Coffee Machine"
	group := product + "/deviceGroups/Field Test"
	device := group + "/devices/" + emulatortest.DeviceID("A")
	path := func(p string) string { return (&url.URL{Path: p}).EscapedPath() }
	s.Settled(put, path(product), `{}`)
	s.ARM(get, path(product), "").Want(http.StatusOK)
	s.ARM(patch, path(product), `{"properties":{"description":"d"}}`).Want(http.StatusOK)
	s.ARM(get, second+"/products", "").Want(http.StatusOK)
	s.Settled(put, path(group), `{}`)
	s.ARM(get, path(group), "").Want(http.StatusOK)
	s.ARM(patch, path(group), `{"properties":{"osFeedType":"RetailEval"}}`).Want(http.StatusOK)
	s.ARM(post, path(product)+"/generateDefaultDeviceGroups", "").Want(http.StatusOK)
	s.ARM(get, path(product)+"/deviceGroups", "").Want(http.StatusOK)
	s.ARM(post, second+"/listDeviceGroups", `{}`).Want(http.StatusOK)
	s.ARM(post, second+"/listDeviceGroups?$maxpagesize=1", `{"deviceGroupName":"Production"}`).Want(http.StatusOK)
	s.Settled(put, path(device), `{}`)
	s.ARM(get, path(device), "").Want(http.StatusOK)
	s.Settled(post, path(group)+"/claimDevices", emulatortest.JSON(map[string][]string{"deviceIdentifiers": {emulatortest.DeviceID("B")}}))
	s.ARM(get, path(group)+"/devices", "").Want(http.StatusOK)
	s.ARM(post, second+"/listDevices", "").Want(http.StatusOK)
	for _, scope := range []string{second, path(product), path(group)} {
		s.ARM(post, scope+"/countDevices", "").Want(http.StatusOK)
	}
	image := emulatortest.NewImage("Blink")
	images := second + "/images"
	s.Settled(put, images+"/"+image.ID, image.Body)
	s.Settled(post, second+"/uploadImage", emulatortest.NewImage("Blonk").Body)
	s.ARM(get, images+"/"+image.ID, "").Want(http.StatusOK)
	s.ARM(get, images, "").Want(http.StatusOK)
	s.Settled(put, path(group)+"/deployments/.default", `{"properties":{"deployedImages":[{"properties":{"imageId":"`+image.ID+`"}}]}}`)
	s.ARM(get, path(group)+"/deployments", "").Want(http.StatusOK)
	s.ARM(get, path(group)+"/deployments/.default", "").Want(http.StatusOK)
	s.ARM(post, second+"/listDeployments", "").Want(http.StatusOK)
	s.ARM(del, path(group)+"/deployments/.default", "").Want(http.StatusOK)
	s.ARM(del, images+"/"+image.ID, "").Want(http.StatusOK)
	s.ARM(get, "/providers/Microsoft.AzureSphere/operations", "").Want(http.StatusOK)
	s.ARM(post, second+"/listDeviceInsights", "").Want(http.StatusOK)
	s.ARM(post, path(device)+"/generateCapabilityImage", `{"capabilities":["FieldServicing"]}`).Want(http.StatusOK)
	s.Settled(patch, path(device), emulatortest.JSON(map[string]any{"properties": map[string]string{"deviceGroupId": product + "/deviceGroups/Production"}}))
	moved := path(product + "/deviceGroups/Production/devices/" + emulatortest.DeviceID("A"))
	s.ARM(get, moved, "").Want(http.StatusOK)
	s.ARM(get, path(device), "").Want(http.StatusNotFound)
	s.ARM(del, path(product), "").Want(http.StatusBadRequest)
	s.ARM(del, moved, "").Want(http.StatusOK)
	s.ARM(del, path(group)+"/devices/"+emulatortest.DeviceID("B"), "").Want(http.StatusOK)
	s.ARM(del, path(group), "").Want(http.StatusOK)
	s.ARM(del, path(product), "").Want(http.StatusOK)
	s.ARM(del, path(product), "").Want(http.StatusNoContent)
	s.ARM(del, second, "").Want(http.StatusOK)
	s.ARM(get, second, "").Want(http.StatusNotFound)
	s.ARMAs("stranger", get, s.Info.CatalogID, "").Want(http.StatusForbidden)
}

// useApps uses what is emulated of Microsoft.IoTCentral.
func useApps(s *emulatortest.Session) {
	s.T.Helper()
	resource := s.Info.Applications[0].ResourceID
	parent, _, _ := strings.Cut(resource, "/iotApps/")
	subscription, _, _ := strings.Cut(resource, "/resourceGroups/")
	for _, path := range []string{resource, parent + "/iotApps", subscription + "/providers/Microsoft.IoTCentral/iotApps"} {
		s.Send(http.MethodGet, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+path+"?api-version=2021-06-01", nil,
			"Authorization", s.Token(s.Info.Audiences.ResourceManager)).Want(http.StatusOK)
	}
}

// useDPS uses what is emulated of Device Provisioning Service.
func useDPS(s *emulatortest.Session) {
	s.T.Helper()
	const get, put, post, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete
	serial, encoded := s.ActiveCA()
	s.DPS(get, "", "", "").Want(http.StatusOK)
	s.DPSAs("stranger", get, "", "", "").Want(http.StatusForbidden)
	etag := s.DPSCertificate("sphere", encoded, false)
	code := s.DPS(post, "/certificates/sphere/generateVerificationCode", "", etag).Want(http.StatusOK)
	s.DPS(post, "/certificates/sphere/verify", `{"certificate":"MA=="}`, code.Text("etag")).Want(http.StatusBadRequest)
	proof := emulatortest.JSON(map[string]string{"certificate": s.Proof(serial, code.Text("properties", "verificationCode"))})
	etag = s.DPS(post, "/certificates/sphere/verify", proof, code.Text("etag")).Want(http.StatusOK).Text("etag")
	s.DPS(get, "/certificates", "", "").Want(http.StatusOK)
	s.DPS(get, "/certificates/sphere", "", "").Want(http.StatusOK)
	s.DPS(get, "/certificates/nothing", "", "").Want(http.StatusNotFound)

	full := emulatortest.JSON(map[string]any{
		"enrollmentGroupId": "g", "provisioningStatus": "enabled", "allocationPolicy": "static", "iotHubs": s.Info.ProvisioningServices[0].Hubs[:1],
		"reprovisionPolicy": map[string]bool{"updateHubAssignment": true, "migrateDeviceData": false}, "capabilities": map[string]bool{"iotEdge": false},
		"initialTwin": map[string]any{"tags": map[string]any{"floor": map[string]any{"n": 1}}, "properties": map[string]any{"desired": map[string]any{"a": map[string]any{}}}},
		"attestation": map[string]any{"type": "x509", "x509": map[string]any{"caReferences": map[string]string{"primary": "sphere"}}},
	})
	group := s.Enrollment(put, "/enrollmentGroups/g", full).Want(http.StatusOK)
	s.Enrollment(put, "/enrollmentGroups/g", full).Want(http.StatusConflict)
	s.Enrollment(put, "/enrollmentGroups/g", full, "If-Match", group.Text("etag")).Want(http.StatusOK)
	s.Enrollment(get, "/enrollmentGroups/g", "").Want(http.StatusOK)
	s.Enrollment(post, "/enrollmentGroups/query", `{"query":"SELECT *"}`).Want(http.StatusOK)
	s.Enrollment(post, "/enrollmentGroups/g/attestationmechanism", "").Want(http.StatusOK)
	s.Enrollment(post, "/registrations/g/query", "").Want(http.StatusOK)
	s.Enrollment(get, "/registrations/a1", "").Want(http.StatusNotFound)
	s.Enrollment(del, "/registrations/a1", "").Want(http.StatusNotFound)
	s.Enrollment(del, "/enrollmentGroups/g", "").Want(http.StatusNoContent)
	s.DPS(del, "/certificates/sphere", "", etag).Want(http.StatusOK)
	s.DPS(del, "/certificates/sphere", "", etag).Want(http.StatusNoContent)
}

// useCentral uses every operation on enrollment groups.
func useCentral(s *emulatortest.Session, version string) {
	s.T.Helper()
	send := func(method, path, body string) *emulatortest.Reply {
		headers := []string{"Authorization", s.Info.Applications[0].APIToken}
		if body != "" {
			mediaType := map[bool]string{true: "application/merge-patch+json", false: "application/json"}[method == http.MethodPatch]
			headers = append(headers, "Content-Type", mediaType)
		}
		return s.Send(method, s.CentralURL("/enrollmentGroups"+path, version), []byte(body), headers...)
	}
	serial, encoded := s.ActiveCA()
	const get, put, post, patch, del = http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete

	send(put, "/keys", `{"displayName":"Keys","type":"iotEdge","attestation":{"type":"symmetricKey"}}`).Want(http.StatusOK)
	send(put, "/x509", emulatortest.JSON(map[string]any{"displayName": "X.509", "type": "iot", "attestation": map[string]any{
		"type": "x509", "x509": map[string]any{"signingCertificates": map[string]any{"secondary": map[string]any{"certificate": encoded}}},
	}})).Want(http.StatusOK)
	send(patch, "/x509", `{"enabled":false}`).Want(http.StatusOK)
	entry := "/x509/certificates/primary"
	send(get, entry, "").Want(http.StatusNotFound)
	send(put, entry, emulatortest.JSON(map[string]any{"verified": false, "certificate": encoded})).Want(http.StatusOK)
	code := send(post, entry+"/generateVerificationCode", "").Want(http.StatusOK).Text("verificationCode")
	if refused := send(post, entry+"/verify", emulatortest.JSON(map[string]string{"certificate": encoded})); refused.Status < 400 {
		s.T.Errorf("verify takes anything: %d", refused.Status)
	}
	send(post, entry+"/verify", emulatortest.JSON(map[string]string{"certificate": s.Proof(serial, code)})).Want(http.StatusNoContent)
	send(get, entry, "").Want(http.StatusOK)
	send(get, "/x509", "").Want(http.StatusOK)
	list := send(get, "", "").Want(http.StatusOK)
	if list.At("nextLink") != nil {
		s.Send(get, list.Text("nextLink"), nil, "Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
	}
	send(del, entry, "").Want(http.StatusNoContent)
	send(del, entry, "")
	send(del, "/x509", "").Want(http.StatusNoContent)
	send(del, "/keys", "").Want(http.StatusNoContent)
}
