// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestCentralDevices_areMadeListedAndRemoved(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	if list := s.central(http.MethodGet, "/devices", "").want(http.StatusOK); string(list.body) != `{"value":[]}` {
		t.Errorf("at first there are %s", list.body)
	}
	made := s.central(http.MethodPut, "/devices/d-1", `{}`).want(http.StatusOK)
	if made.text("displayName") != "d-1" || made.at("enabled") != true || made.at("simulated") != false {
		t.Errorf("made %s", made.body)
	}
	credentials := s.central(http.MethodGet, "/devices/d-1/credentials", "").want(http.StatusOK)
	changed := s.central(http.MethodPut, "/devices/d-1", `{"displayName":"First","enabled":false,"simulated":true}`).want(http.StatusOK)
	if changed.text("displayName") != "First" || changed.at("enabled") != false || changed.at("simulated") != true ||
		changed.text("etag") == made.text("etag") {
		t.Errorf("changed from %s to %s", made.body, changed.body)
	}
	if again := s.central(http.MethodGet, "/devices/d-1/credentials", ""); jsonText(again.at()) != jsonText(credentials.at()) {
		t.Errorf("the credentials were %s and are %s", credentials.body, again.body)
	}
	s.central(http.MethodPut, "/devices/d-2", `{"enabled":null}`).want(http.StatusOK)
	list := s.central(http.MethodGet, "/devices", "").want(http.StatusOK)
	if jsonText(list.at("value", 0)) != jsonText(s.central(http.MethodGet, "/devices/d-1", "").at()) || list.text("value", 1, "id") != "d-2" {
		t.Errorf("listed %s", list.body)
	}
	if got := s.e.State().Applications[0].Devices; !slices.Equal(got, []string{"d-1", "d-2"}) {
		t.Errorf("the state has %v", got)
	}
	s.central(http.MethodDelete, "/devices/d-1", "").want(http.StatusNoContent)
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		s.central(method, "/devices/d-1", "").want(http.StatusNotFound)
	}
}
