// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"net/http"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestCentralDevices_areMadeListedAndRemoved(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	if list := s.Central(http.MethodGet, "/devices", "").Want(http.StatusOK); string(list.Body) != `{"value":[]}` {
		t.Errorf("at first there are %s", list.Body)
	}
	made := s.Central(http.MethodPut, "/devices/d-1", `{}`).Want(http.StatusOK)
	if made.Text("displayName") != "d-1" || made.At("enabled") != true || made.At("simulated") != false {
		t.Errorf("made %s", made.Body)
	}
	credentials := s.Central(http.MethodGet, "/devices/d-1/credentials", "").Want(http.StatusOK)
	changed := s.Central(http.MethodPut, "/devices/d-1", `{"displayName":"First","enabled":false,"simulated":true}`).Want(http.StatusOK)
	if changed.Text("displayName") != "First" || changed.At("enabled") != false || changed.At("simulated") != true ||
		changed.Text("etag") == made.Text("etag") {
		t.Errorf("changed from %s to %s", made.Body, changed.Body)
	}
	if again := s.Central(http.MethodGet, "/devices/d-1/credentials", ""); emulatortest.JSON(again.At()) != emulatortest.JSON(credentials.At()) {
		t.Errorf("the credentials were %s and are %s", credentials.Body, again.Body)
	}
	s.Central(http.MethodPut, "/devices/d-2", `{"enabled":null}`).Want(http.StatusOK)
	list := s.Central(http.MethodGet, "/devices", "").Want(http.StatusOK)
	if emulatortest.JSON(list.At("value", 0)) != emulatortest.JSON(s.Central(http.MethodGet, "/devices/d-1", "").At()) || list.Text("value", 1, "id") != "d-2" {
		t.Errorf("listed %s", list.Body)
	}
	if got := s.Emulator.State().Applications[0].Devices; len(got) != 2 || got[0].ID != "d-1" || got[1].ID != "d-2" {
		t.Errorf("the state has %v", got)
	}
	s.Central(http.MethodDelete, "/devices/d-1", "").Want(http.StatusNoContent)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		s.Central(method, "/devices/d-1", "").Want(http.StatusNotFound)
	}
}
