// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestSwitch_aliases(t *testing.T) {
	t.Parallel()
	all := []string{".default", "active", "default"}
	for value, want := range map[string][]string{
		"all": all, "none": nil, ".default": {".default"}, "active": {"active"}, "default": {"default"},
	} {
		s := emulatortest.Switched(t, "aliases", value)
		for _, alias := range all {
			status := http.StatusNotFound
			if slices.Contains(want, alias) {
				status = http.StatusOK
			}
			s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/"+alias, "").Want(status)
		}
	}
}

func TestSwitch_sphereErrors(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "sphere-errors", "absent")
	if refused := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/00FF", "").Want(http.StatusNotFound); len(refused.Body) != 0 {
		t.Errorf("answered %s", refused.Body)
	}
	// What the gateway refuses has a body all the same.
	if refused := s.ARM(http.MethodGet, s.Info.CatalogID+"x", "").Want(http.StatusNotFound); len(refused.Body) == 0 {
		t.Error("the gateway's error has no body")
	}
}
