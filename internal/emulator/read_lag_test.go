// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestSwitch_readLag(t *testing.T) {
	t.Parallel()
	s := switched(t, "read-lag", "2")
	serial, _ := s.activeCA()
	entry := s.entry("g")
	shows := func(status int, verified any) {
		t.Helper()
		if got := s.central(http.MethodGet, entry, "").want(status).at("verified"); status == http.StatusOK && got != verified {
			t.Errorf("verified is %v, want %v", got, verified)
		}
	}
	shows(http.StatusNotFound, nil) // As before the upload.
	shows(http.StatusNotFound, nil)
	shows(http.StatusOK, false)
	s.verify(entry, s.proof(serial, s.code(entry))).want(http.StatusNoContent)
	shows(http.StatusOK, false)
	shows(http.StatusOK, false)
	shows(http.StatusOK, true)
	s.central(http.MethodDelete, entry, "").want(http.StatusNoContent)
	shows(http.StatusOK, true)
	shows(http.StatusOK, true)
	shows(http.StatusNotFound, nil)
}

func TestSwitch_nonActiveProof(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"signed": http.StatusOK, "refused": http.StatusBadRequest} {
		s := switched(t, "non-active-proof", value)
		active, _ := s.activeCA()
		if err := s.e.Rotate("", emulator.StageIssue); err != nil {
			t.Fatal(err)
		}
		certificates := s.e.State().Catalogs[0].Certificates
		upcoming := certificates[len(certificates)-1].SerialNumber
		for serial, status := range map[string]int{active: http.StatusOK, upcoming: want} {
			s.arm(http.MethodPost, s.info.CatalogID+"/certificates/"+serial+"/retrieveProofOfPossessionNonce",
				`{"proofOfPossessionNonce":"code"}`).want(status)
		}
	}
}
