// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
)

func (s *session) statuses() string {
	var all []string
	for _, c := range s.e.State().Catalogs[0].Certificates {
		all = append(all, c.Status)
	}
	return strings.Join(all, " ")
}

func TestRotate_followsTheLifeCycle(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
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
		if err := s.e.Rotate("", step.stage); (err != nil) != step.fails {
			t.Errorf("%s: %v", step.stage, err)
		}
		if got := s.statuses(); got != step.want {
			t.Errorf("after %s: %s, want %s", step.stage, got, step.want)
		}
	}
	certificates := s.e.State().Catalogs[0].Certificates
	for i := 1; i < len(certificates); i++ {
		if !certificates[i].NotBefore.After(certificates[i-1].NotBefore) {
			t.Errorf("certificate %d does not start after the one before", i)
		}
	}
	if err := s.e.Rotate("/subscriptions/x", emulator.StageIssue); err == nil {
		t.Error("an unknown catalog rotates")
	}
	if err := s.e.Rotate(s.info.SphereTenantID, emulator.StageIssue); err != nil {
		t.Errorf("by tenant ID: %v", err)
	}
}

func TestRotate_successorProvesPossession(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	s.send(http.MethodPost, s.info.Endpoints.ResourceManager+"_emulator/rotate", []byte(`{"stage":"issue"}`)).want(http.StatusNoContent)
	s.send(http.MethodPost, s.info.Endpoints.ResourceManager+"_emulator/rotate", []byte(`{"stage":"issue"}`)).want(http.StatusConflict)
	list := s.arm(http.MethodGet, s.info.CatalogID+"/certificates", "").want(http.StatusOK)
	successor := s.certificate(list.text("value", 1, "properties", "certificate"))
	proof := s.certificate(s.proof(list.text("value", 1, "name"), "n"))
	if err := proof.CheckSignatureFrom(successor); err != nil {
		t.Error(err)
	}
	if err := proof.CheckSignatureFrom(s.certificate(list.text("value", 0, "properties", "certificate"))); err == nil {
		t.Error("the proof is signed by the active CA")
	}
}

func TestRotate_expiredCertificateHasNoBodyChainOrProof(t *testing.T) {
	t.Parallel()
	s := start(t, emulator.Options{})
	serial, _ := s.activeCA()
	for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire} {
		if err := s.e.Rotate("", stage); err != nil {
			t.Fatal(err)
		}
	}
	path := s.info.CatalogID + "/certificates/" + serial
	shown := s.arm(http.MethodGet, path, "").want(http.StatusOK)
	if shown.at("properties", "certificate") != nil || shown.text("properties", "thumbprint") == "" {
		t.Errorf("answered %s", shown.body)
	}
	if chain := s.arm(http.MethodPost, path+"/retrieveCertChain", "").want(http.StatusOK); string(chain.body) != `{"certificateChain":null}` {
		t.Errorf("answered %s", chain.body)
	}
	s.arm(http.MethodPost, path+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`).want(http.StatusBadRequest)
}

func TestCAAge_leavesTheRest(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, CAAge: 700 * 24 * time.Hour})
	certificate := s.e.State().Catalogs[0].Certificates[0]
	if want := clock.Now().Add(-700*24*time.Hour - 3*time.Hour); !certificate.NotBefore.Equal(want) {
		t.Errorf("it starts at %v, want %v", certificate.NotBefore, want)
	}
	if !certificate.NotAfter.Equal(certificate.NotBefore.AddDate(2, 0, 0)) {
		t.Errorf("it lives from %v to %v", certificate.NotBefore, certificate.NotAfter)
	}
	clock.advance(31 * 24 * time.Hour)
	if got := s.statuses(); got != "Expired" {
		t.Errorf("after its end it is %s", got)
	}
}

func TestPolicyCA_coversTheCatalogCAWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2015, 2021, 2026, 2027, 2029, 2045, 2060} {
		now := time.Date(year, time.November, 1, 0, 0, 0, 0, time.UTC)
		s := start(t, emulator.Options{Now: func() time.Time { return now }})
		serial, _ := s.activeCA()
		answered := s.arm(http.MethodPost, s.info.CatalogID+"/certificates/"+serial+"/retrieveCertChain", "").want(http.StatusOK)
		der, err := base64.StdEncoding.DecodeString(answered.text("certificateChain"))
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
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{AutomaticRotation: true}}})
	if err := s.e.Rotate("", emulator.StageRevoke); err != nil {
		t.Fatal(err)
	}
	clock.advance(3 * 366 * 24 * time.Hour)
	if got := s.statuses(); got != "Revoked" {
		t.Errorf("three years later: %s, want Revoked", got)
	}
}
