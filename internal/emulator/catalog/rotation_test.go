// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func statuses(s *emulatortest.Session) string {
	var all []string
	for _, c := range s.Emulator.State().Catalogs[0].Certificates {
		all = append(all, c.Status)
	}
	return strings.Join(all, " ")
}

func TestRotate_followsTheLifeCycle(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, step := range []struct {
		stage emulator.Stage
		fails bool
		want  string
	}{
		{emulator.StageActivate, true, "Active"},
		{emulator.StageIssue, false, "Active Inactive"},
		{emulator.StageIssue, true, "Active Inactive"},
		{emulator.StageActivate, false, "Inactive Active"},
		{emulator.StageExpire, false, "Expired Active"},
		{emulator.StageIssue, false, "Expired Active Inactive"},
		{emulator.StageRevoke, false, "Expired Revoked Inactive"},
		{emulator.StageActivate, false, "Expired Revoked Active"},
		{emulator.StageExpire, false, "Expired Revoked Expired"},
		{emulator.StageExpire, true, "Expired Revoked Expired"},
		{"nonsense", true, "Expired Revoked Expired"},
	} {
		if err := s.Emulator.Rotate("", step.stage); (err != nil) != step.fails {
			t.Errorf("%s: %v", step.stage, err)
		}
		if got := statuses(s); got != step.want {
			t.Errorf("after %s: %s, want %s", step.stage, got, step.want)
		}
	}
	certificates := s.Emulator.State().Catalogs[0].Certificates
	for i := 1; i < len(certificates); i++ {
		if !certificates[i].NotBefore.After(certificates[i-1].NotBefore) {
			t.Errorf("certificate %d does not start after the one before", i)
		}
	}
	if err := s.Emulator.Rotate("/subscriptions/x", emulator.StageIssue); err == nil {
		t.Error("an unknown catalog rotates")
	}
	if err := s.Emulator.Rotate(s.Info.SphereTenantID, emulator.StageIssue); err != nil {
		t.Errorf("by tenant ID: %v", err)
	}
}

func TestRotate_successorProvesPossession(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	s.Send(http.MethodPost, s.Info.Endpoints.ResourceManager+"_emulator/rotate", []byte(`{"stage":"issue"}`)).Want(http.StatusNoContent)
	s.Send(http.MethodPost, s.Info.Endpoints.ResourceManager+"_emulator/rotate", []byte(`{"stage":"issue"}`)).Want(http.StatusConflict)
	list := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
	successor := s.Certificate(list.Text("value", 1, "properties", "certificate"))
	proof := s.Certificate(s.Proof(list.Text("value", 1, "name"), "n"))
	if err := proof.CheckSignatureFrom(successor); err != nil {
		t.Error(err)
	}
	if err := proof.CheckSignatureFrom(s.Certificate(list.Text("value", 0, "properties", "certificate"))); err == nil {
		t.Error("the proof is signed by the active CA")
	}
}

func TestRotate_expiredCertificateHasNoBodyChainOrProof(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	serial, _ := s.ActiveCA()
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.Emulator.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
	path := s.Info.CatalogID + "/certificates/" + serial
	shown := s.ARM(http.MethodGet, path, "").Want(http.StatusOK)
	if shown.At("properties", "certificate") != nil || shown.Text("properties", "thumbprint") == "" {
		t.Errorf("answered %s", shown.Body)
	}
	if chain := s.ARM(http.MethodPost, path+"/retrieveCertChain", "").Want(http.StatusOK); string(chain.Body) != `{"certificateChain":null}` {
		t.Errorf("answered %s", chain.Body)
	}
	s.ARM(http.MethodPost, path+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`).Want(http.StatusBadRequest)
}

func TestCAAge_leavesTheRest(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, CAAge: 700 * 24 * time.Hour})
	certificate := s.Emulator.State().Catalogs[0].Certificates[0]
	if want := clock.Now().Add(-700*24*time.Hour - 3*time.Hour); !certificate.NotBefore.Equal(want) {
		t.Errorf("it starts at %v, want %v", certificate.NotBefore, want)
	}
	if !certificate.NotAfter.Equal(certificate.NotBefore.AddDate(2, 0, 0)) {
		t.Errorf("it lives from %v to %v", certificate.NotBefore, certificate.NotAfter)
	}
	clock.Advance(31 * 24 * time.Hour)
	if got := statuses(s); got != "Expired" {
		t.Errorf("after its end it is %s", got)
	}
}

func TestPolicyCA_coversTheCatalogCAWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2015, 2021, 2026, 2027, 2029, 2045, 2060} {
		now := time.Date(year, time.November, 1, 0, 0, 0, 0, time.UTC)
		s := emulatortest.Start(t, emulator.Options{Now: func() time.Time { return now }})
		serial, _ := s.ActiveCA()
		answered := s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/"+serial+"/retrieveCertChain", "").Want(http.StatusOK)
		der, err := base64.StdEncoding.DecodeString(answered.Text("certificateChain"))
		if err != nil {
			t.Fatal(err)
		}
		chain, err := pkcs7.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(chain.Certificates); i++ {
			above, below := chain.Certificates[i-1], chain.Certificates[i]
			if above.NotBefore.After(below.NotBefore) || above.NotAfter.Before(below.NotAfter) {
				t.Errorf("%d: %s lives from %v to %v, %s from %v to %v", year, above.Subject, above.NotBefore, above.NotAfter,
					below.Subject, below.NotBefore, below.NotAfter)
			}
		}
	}
}

func TestAutomaticRotation_doesNotRenewWhatWasRevoked(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{AutomaticRotation: true}}})
	if err := s.Emulator.Rotate("", emulator.StageRevoke); err != nil {
		t.Fatal(err)
	}
	clock.Advance(3 * 366 * 24 * time.Hour)
	if got := statuses(s); got != "Revoked" {
		t.Errorf("three years later: %s, want Revoked", got)
	}
}
