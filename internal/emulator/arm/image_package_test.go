// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// TestImages_refuseWhatIsNoPackage cuts a package off at every length of its metadata.
func TestImages_refuseWhatIsNoPackage(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	image := emulatortest.NewImage("Blink")
	var sent struct{ Properties struct{ Image []byte } }
	if err := json.Unmarshal([]byte(image.Body), &sent); err != nil {
		t.Fatal(err)
	}
	whole := sent.Properties.Image
	path := s.Info.CatalogID + "/images/" + image.ID
	body := func(content []byte) string {
		return emulatortest.JSON(map[string]any{"properties": map[string]string{"image": base64.StdEncoding.EncodeToString(content)}})
	}
	for length := 16384; length < len(whole); length++ {
		refused(s.ARM(http.MethodPut, path, body(whole[:length])), http.StatusBadRequest)
	}
	for _, wrong := range []string{
		`{}`, `{"properties":{}}`, `{"properties":{"image":5}}`, `{"properties":{"image":"%"}}`, `{"properties":{"image":"","regionalDataBoundary":"US"}}`,
	} {
		refused(s.ARM(http.MethodPut, path, wrong), http.StatusBadRequest)
	}
	// A section that is longer than what is left, and a type that has no name.
	longer := append([]byte(nil), whole...)
	longer[16384+10] = 0xff
	refused(s.ARM(http.MethodPut, path, body(longer)), http.StatusBadRequest)
	other := append([]byte(nil), whole...)
	other[16384+12] = 0xff
	s.Settled(http.MethodPut, path, body(other))
	if got := s.ARM(http.MethodGet, path, "").Text("properties", "imageType"); got != "Other" {
		t.Errorf("the type is %s, want Other", got)
	}
}

func TestSwitch_spherePutOfImagesAndDeployments(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "sphere-put", "image=200,deployment=200,catalog=201")
	s.ARM(http.MethodPut, s.Info.CatalogID+"/products/Coffee", `{}`).Want(http.StatusOK)
	s.ARM(http.MethodPut, kitchen(s), `{}`).Want(http.StatusOK)
	image := emulatortest.NewImage("Blink")
	put := s.ARM(http.MethodPut, s.Info.CatalogID+"/images/"+image.ID, image.Body).Want(http.StatusOK)
	if put.Text("properties", "image") != "Blink" || put.Text("type") != "microsoft.azuresphere/catalogs/images" {
		t.Errorf("PUT answers %s", put.Body)
	}
	// An image may be named by its resource ID as well.
	deployed := s.ARM(http.MethodPut, kitchen(s)+"/deployments/.default", `{"properties":{"deployedImages":[{"id":"`+put.Text("id")+`"}]}}`).Want(http.StatusOK)
	if deployed.Text("properties", "deployedImages", 0, "name") != image.ID || deployed.At("properties", "deployedImages", 1) != nil {
		t.Errorf("deployed %s", deployed.Body)
	}
	if got := s.ARM(http.MethodPatch, kitchen(s), `{}`).Want(http.StatusOK).At("properties", "hasDeployment"); got != true {
		t.Errorf("hasDeployment is %v", got)
	}
	for _, wrong := range []string{
		`[]`, `{"properties":5}`, `{"properties":{"deployedImages":"x"}}`, `{"properties":{"deployedImages":["x"]}}`,
		`{"properties":{"deployedImages":[{"properties":{"imageId":5}}]}}`, `{"properties":{"deployedImages":[{}]}}`,
	} {
		refused(s.ARM(http.MethodPut, kitchen(s)+"/deployments/.default", wrong), http.StatusBadRequest)
	}
	refused(s.ARM(http.MethodPut, kitchen(s)+"/deployments/mine", `{}`), http.StatusBadRequest)
	s.ARM(http.MethodDelete, kitchen(s)+"/deployments/nothing", "").Want(http.StatusNoContent)
	s.ARM(http.MethodPut, s.Info.CatalogID, `{"location":"global"}`).Want(http.StatusCreated)
}
