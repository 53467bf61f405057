// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central_test

import (
	"net/http"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestSwitch_readLag(t *testing.T) {
	t.Parallel()
	s := emulatortest.Switched(t, "read-lag", "2")
	serial, _ := s.ActiveCA()
	entry := s.Entry("g")
	shows := func(status int, verified any) {
		t.Helper()
		if got := s.Central(http.MethodGet, entry, "").Want(status).At("verified"); status == http.StatusOK && got != verified {
			t.Errorf("verified is %v, want %v", got, verified)
		}
	}
	shows(http.StatusNotFound, nil) // As before the upload.
	shows(http.StatusNotFound, nil)
	shows(http.StatusOK, false)
	s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
	shows(http.StatusOK, false)
	shows(http.StatusOK, false)
	shows(http.StatusOK, true)
	s.Central(http.MethodDelete, entry, "").Want(http.StatusNoContent)
	shows(http.StatusOK, true)
	shows(http.StatusOK, true)
	shows(http.StatusNotFound, nil)
}
