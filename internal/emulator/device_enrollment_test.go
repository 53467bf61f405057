// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"crypto/x509"
	"net/http"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// deviceCertificate issues the certificate of a device under the default catalog's first CA.
func deviceCertificate(s *emulatortest.Session) *x509.Certificate {
	s.T.Helper()
	device, err := s.Emulator.DeviceCertificate(s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint, emulatortest.DeviceID("a"))
	if err != nil {
		s.T.Fatal(err)
	}
	return device
}

func TestDeviceCertificate_isIssuedByTheCAForADay(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	_, encoded := s.ActiveCA()
	device := deviceCertificate(s)
	if err := device.CheckSignatureFrom(s.Certificate(encoded)); err != nil {
		t.Error(err)
	}
	if device.Subject.CommonName != emulatortest.DeviceID("a") || device.IsCA {
		t.Errorf("issued to %s, a CA: %v", device.Subject, device.IsCA)
	}
	if now := clock.Now(); now.Before(device.NotBefore) || !device.NotAfter.Equal(now.Add(24*time.Hour)) {
		t.Errorf("it lives from %v to %v", device.NotBefore, device.NotAfter)
	}
	if _, err := s.Emulator.DeviceCertificate("00", emulatortest.DeviceID("a")); err == nil {
		t.Error("an unknown CA issues a certificate")
	}
	if _, err := s.Emulator.DeviceCertificate(s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint, "\xff"); err == nil {
		t.Error("a name that is not UTF-8 is certified")
	}
}

func TestCanEnrol_takesAGroupThatTrustsTheCA(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Applications: []string{"contoso", "fabrikam"}})
	device := deviceCertificate(s)
	may := func(want bool, when string) {
		t.Helper()
		if got := s.Emulator.CanEnrol("contoso", device); got != want {
			t.Errorf("%s: can enrol %v, want %v", when, got, want)
		}
	}
	may(false, "without a group")
	entry := s.Entry("sphere")
	may(false, "with an unverified entry")
	serial, _ := s.ActiveCA()
	s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
	may(true, "with a verified entry")
	if s.Emulator.CanEnrol("fabrikam", device) || s.Emulator.CanEnrol("tailspin", device) {
		t.Error("it can enrol in an application that does not trust the CA")
	}
	s.Central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":false}`).Want(http.StatusOK)
	may(false, "with the group disabled")
	s.Central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":true}`).Want(http.StatusOK)
	may(true, "with the group enabled again")
	if err := s.Emulator.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	successor, err := s.Emulator.DeviceCertificate(s.Emulator.State().Catalogs[0].Certificates[1].Thumbprint, emulatortest.DeviceID("a"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Emulator.CanEnrol("contoso", successor) {
		t.Error("a device with a certificate of the next CA can enrol")
	}
	clock.Advance(3 * 366 * 24 * time.Hour)
	may(false, "after the end of the CA")
}
