// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/x509"
	"net/http"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// deviceCertificate issues the certificate of a device under the default catalog's first CA.
func (s *session) deviceCertificate() *x509.Certificate {
	s.t.Helper()
	device, err := s.e.DeviceCertificate(s.e.State().Catalogs[0].Certificates[0].Thumbprint, deviceID("a"))
	if err != nil {
		s.t.Fatal(err)
	}
	return device
}

func TestDeviceCertificate_isIssuedByTheCAForADay(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now})
	_, encoded := s.activeCA()
	device := s.deviceCertificate()
	if err := device.CheckSignatureFrom(s.certificate(encoded)); err != nil {
		t.Error(err)
	}
	if device.Subject.CommonName != deviceID("a") || device.IsCA {
		t.Errorf("issued to %s, a CA: %v", device.Subject, device.IsCA)
	}
	if now := clock.Now(); now.Before(device.NotBefore) || !device.NotAfter.Equal(now.Add(24*time.Hour)) {
		t.Errorf("it lives from %v to %v", device.NotBefore, device.NotAfter)
	}
	if _, err := s.e.DeviceCertificate("00", deviceID("a")); err == nil {
		t.Error("an unknown CA issues a certificate")
	}
	if _, err := s.e.DeviceCertificate(s.e.State().Catalogs[0].Certificates[0].Thumbprint, "\xff"); err == nil {
		t.Error("a name that is not UTF-8 is certified")
	}
}

func TestCanEnrol_takesAGroupThatTrustsTheCA(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, emulator.Options{Now: clock.Now, Applications: []string{"contoso", "fabrikam"}})
	device := s.deviceCertificate()
	may := func(want bool, when string) {
		t.Helper()
		if got := s.e.CanEnrol("contoso", device); got != want {
			t.Errorf("%s: can enrol %v, want %v", when, got, want)
		}
	}
	may(false, "without a group")
	entry := s.entry("sphere")
	may(false, "with an unverified entry")
	serial, _ := s.activeCA()
	s.verify(entry, s.proof(serial, s.code(entry))).want(http.StatusNoContent)
	may(true, "with a verified entry")
	if s.e.CanEnrol("fabrikam", device) || s.e.CanEnrol("tailspin", device) {
		t.Error("it can enrol in an application that does not trust the CA")
	}
	s.central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":false}`).want(http.StatusOK)
	may(false, "with the group disabled")
	s.central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":true}`).want(http.StatusOK)
	may(true, "with the group enabled again")
	if err := s.e.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	successor, err := s.e.DeviceCertificate(s.e.State().Catalogs[0].Certificates[1].Thumbprint, deviceID("a"))
	if err != nil {
		t.Fatal(err)
	}
	if s.e.CanEnrol("contoso", successor) {
		t.Error("a device with a certificate of the next CA can enrol")
	}
	clock.advance(3 * 366 * 24 * time.Hour)
	may(false, "after the end of the CA")
}
