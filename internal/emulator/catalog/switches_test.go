// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog_test

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestSwitch_nonActiveBody(t *testing.T) {
	t.Parallel()
	type shown struct{ inactive, expired string }
	for value, want := range map[string]shown{
		"life-cycle": {"present", "null"}, "present": {"present", "present"}, "null": {"null", "null"}, "absent": {"absent", "absent"},
	} {
		s := emulatortest.Switched(t, "non-active-body", value)
		for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageExpire, emulator.StageIssue} {
			if err := s.Emulator.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
		list := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
		var read struct {
			Value []struct{ Properties map[string]json.RawMessage }
		}
		if err := json.Unmarshal(list.Body, &read); err != nil {
			t.Fatal(err)
		}
		form := func(i int) string {
			body, found := read.Value[i].Properties["certificate"]
			switch {
			case !found:
				return "absent"
			case string(body) == "null":
				return "null"
			default:
				return "present"
			}
		}
		if got := (shown{form(2), form(0)}); got != want {
			t.Errorf("%s: %+v, want %+v", value, got, want)
		}
		if form(1) != "present" {
			t.Errorf("%s: the active one is %s", value, form(1))
		}
	}
}

func TestSwitch_newCatalogCertificate(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{NewCatalogCertificate: 68 * time.Second}}})
	added := strings.Replace(s.Info.CatalogID, "contoso-catalog", "new", 1)
	s.ARM(http.MethodPut, added, `{"location":"global"}`).Want(http.StatusOK)
	if list := s.ARM(http.MethodGet, added+"/certificates", ""); list.At("value", 0) != nil {
		t.Errorf("listed %s", list.Body)
	}
	clock.Advance(68 * time.Second)
	list := s.ARM(http.MethodGet, added+"/certificates", "")
	if list.Text("value", 0, "properties", "status") != "Active" || list.At("value", 1) != nil {
		t.Errorf("listed %s", list.Body)
	}
}

func TestSwitch_rotation(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Behavior: emulator.Behavior{CatalogBehavior: catalog.Behavior{AutomaticRotation: true}}})
	const day = 24 * time.Hour
	statuses := func() string {
		var all []string
		for _, c := range s.Emulator.State().Catalogs[0].Certificates {
			all = append(all, c.Status)
		}
		return strings.Join(all, " ")
	}
	for _, step := range []struct {
		advance time.Duration
		want    string
	}{
		{0, "Active"},
		{640 * day, "Active"},
		{day, "Active Inactive"},
		{44 * day, "Active Inactive"},
		{day, "Inactive Active"},
		{45 * day, "Expired Active"},
		{4 * 365 * day, "Expired Expired Expired Active"},
	} {
		clock.Advance(step.advance)
		if got := statuses(); got != step.want {
			t.Errorf("after %v more: %s, want %s", step.advance, got, step.want)
		}
	}
}

func TestSwitch_nonActiveProof(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int{"signed": http.StatusOK, "refused": http.StatusBadRequest} {
		s := emulatortest.Switched(t, "non-active-proof", value)
		active, _ := s.ActiveCA()
		if err := s.Emulator.Rotate("", emulator.StageIssue); err != nil {
			t.Fatal(err)
		}
		certificates := s.Emulator.State().Catalogs[0].Certificates
		upcoming := certificates[len(certificates)-1].SerialNumber
		for serial, status := range map[string]int{active: http.StatusOK, upcoming: want} {
			s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/"+serial+"/retrieveProofOfPossessionNonce",
				`{"proofOfPossessionNonce":"code"}`).Want(status)
		}
	}
}

func TestSwitch_caKeyAndSerial(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"mixed": "34 00, 32 , 31 ", "signed": "34 00, 34 00, 34 00", "plain": "32 , 32 , 32 ", "short": "31 , 31 , 31 "} {
		s := emulatortest.Switched(t, "ca-serial", value)
		for _, stage := range []emulator.Stage{emulator.StageIssue, emulator.StageActivate, emulator.StageIssue} {
			if err := s.Emulator.Rotate("", stage); err != nil {
				t.Fatal(err)
			}
		}
		list := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates", "").Want(http.StatusOK)
		var forms []string
		for i := range 3 {
			name := list.Text("value", i, "name")
			zeros := ""
			if strings.HasPrefix(name, "00") {
				zeros = "00"
			}
			forms = append(forms, fmt.Sprintf("%d %s", len(name), zeros))
			// Whatever the form, it is the serial number of the certificate.
			number, _ := new(big.Int).SetString(name, 16)
			if serial := s.Certificate(list.Text("value", i, "properties", "certificate")).SerialNumber; number == nil || number.Cmp(serial) != 0 {
				t.Errorf("%s: the certificate %x is named %s", value, serial, name)
			}
			s.Proof(name, "nonce")
		}
		if got := strings.Join(forms, ", "); got != want {
			t.Errorf("%s: digits and leading zeros are %s, want %s", value, got, want)
		}
	}
	for value, want := range map[string]x509.SignatureAlgorithm{"P-384": x509.ECDSAWithSHA384, "P-256": x509.ECDSAWithSHA256} {
		s := emulatortest.Switched(t, "ca-key", value)
		serial, encoded := s.ActiveCA()
		ca, proof := s.Certificate(encoded), s.Certificate(s.Proof(serial, "nonce"))
		key, _ := ca.PublicKey.(*ecdsa.PublicKey)
		if key == nil || key.Params().Name != value || proof.SignatureAlgorithm != want || proof.CheckSignatureFrom(ca) != nil {
			t.Errorf("%s: the CA has the key %v, the proof the signature %v", value, key, proof.SignatureAlgorithm)
		}
		// What is above it stays as it is.
		if ca.SignatureAlgorithm != x509.ECDSAWithSHA384 {
			t.Errorf("%s: the CA is signed with %v", value, ca.SignatureAlgorithm)
		}
	}
}
