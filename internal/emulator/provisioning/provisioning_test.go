// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provisioning_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509/pkix"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// newDevice makes a device under the default catalog's CA of that number, from the oldest.
func newDevice(s *emulatortest.Session, ca int) *emulatortest.Device {
	s.T.Helper()
	device, err := emulatortest.NewDevice(s.Emulator, emulatortest.DeviceID("A"), s.Emulator.State().Catalogs[0].Certificates[ca].Thumbprint)
	if err != nil {
		s.T.Fatal(err)
	}
	return device
}

// trusted makes a group that trusts the Active CA.
func trusted(s *emulatortest.Session, group string) {
	s.T.Helper()
	entry := s.Entry(group)
	serial, _ := s.ActiveCA()
	s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
}

// assigned fails the test unless the device is assigned.
func assigned(s *emulatortest.Session, d *emulatortest.Device, when string) {
	s.T.Helper()
	if _, err := d.Enrol(s.T.Context(), s.Info.Applications[0].IDScope); err != nil {
		s.T.Errorf("%s: %v", when, err)
	}
}

// refused fails the test unless the device is refused with the code and for a reason that has the words.
func refused(s *emulatortest.Session, d *emulatortest.Device, when string, code int, words string) {
	s.T.Helper()
	_, err := d.Enrol(s.T.Context(), s.Info.Applications[0].IDScope)
	var why *emulatortest.RefusedError
	if !errors.As(err, &why) || why.Code != code || !strings.Contains(why.Reason, words) {
		s.T.Errorf("%s: %v, want code %d with %q", when, err, code, words)
	}
}

func TestDeviceCertificate_isIssuedByTheCAForADay(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	_, encoded := s.ActiveCA()
	device := newDevice(s, 0)
	leaf := device.Certificate.Leaf
	if err := leaf.CheckSignatureFrom(s.Certificate(encoded)); err != nil {
		t.Error(err)
	}
	if leaf.Subject.CommonName != emulatortest.DeviceID("A") || leaf.IsCA {
		t.Errorf("issued to %s, a CA: %v", leaf.Subject, leaf.IsCA)
	}
	if now := clock.Now(); now.Before(leaf.NotBefore) || !leaf.NotAfter.Equal(now.Add(24*time.Hour)) {
		t.Errorf("it lives from %v to %v", leaf.NotBefore, leaf.NotAfter)
	}
	if chain := device.Certificate.Certificate; len(chain) != 3 || !slices.Equal(chain[1], s.Certificate(encoded).Raw) {
		t.Errorf("the device presents %d certificates, want its own, the catalog's CA and the Policy CA", len(chain))
	}
	if _, err := emulatortest.NewDevice(s.Emulator, emulatortest.DeviceID("A"), "00"); err == nil {
		t.Error("an unknown CA issues a certificate")
	}
	if _, err := emulatortest.NewDevice(s.Emulator, "\xff", s.Emulator.State().Catalogs[0].Certificates[0].Thumbprint); err == nil {
		t.Error("a name that is not UTF-8 is certified")
	}
}

func TestRegistration_takesAGroupThatTrustsTheCA(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now, Applications: []string{"contoso", "fabrikam"}})
	device := newDevice(s, 0)
	refused(s, device, "without a group", 401002, "no enrollment group holds a CA of the chain")
	entry := s.Entry("sphere")
	refused(s, device, "with an unverified entry", 401002, "which is not verified")
	serial, _ := s.ActiveCA()
	s.Verify(entry, s.Proof(serial, s.Code(entry))).Want(http.StatusNoContent)
	assigned(s, device, "with a verified entry")
	if _, err := device.Enrol(t.Context(), s.Info.Applications[1].IDScope); err == nil {
		t.Error("it is assigned in an application that does not trust the CA")
	}
	s.Central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":false}`).Want(http.StatusOK)
	refused(s, device, "with the group disabled", 0, "disabled: The enrollment group sphere is disabled")
	s.Central(http.MethodPatch, "/enrollmentGroups/sphere", `{"enabled":true}`).Want(http.StatusOK)
	assigned(s, device, "with the group enabled again")
	if err := s.Emulator.Rotate("", emulator.StageIssue); err != nil {
		t.Fatal(err)
	}
	refused(s, newDevice(s, 1), "with a certificate of the next CA", 401002, "no enrollment group holds")
	clock.Advance(24*time.Hour + time.Second)
	refused(s, device, "with a certificate of yesterday", 401002, "is not valid at 2026-05-05T06:02:02Z")
	assigned(s, newDevice(s, 0), "with a new one")
	clock.Advance(3 * 366 * 24 * time.Hour)
	refused(s, newDevice(s, 0), "after the end of the CA", 401002, "not valid")
}

// TestRegistration_judgesTheChain: what the device presents must fit together, and the group may hold any CA of it.
func TestRegistration_judgesTheChain(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	trusted(s, "sphere")
	device := newDevice(s, 0)
	whole := device.Certificate.Certificate
	present := func(chain ...[]byte) *emulatortest.Device {
		changed := *device
		changed.Certificate.Certificate = chain
		return &changed
	}
	assigned(s, present(whole[0]), "with the leaf alone")
	assigned(s, present(whole[0], whole[1]), "without the Policy CA")
	refused(s, present(whole[0], whole[2]), "with a link missing", 401002, "is not signed by the next")
	refused(s, present(), "without a certificate", 401002, "presented no certificate")
	other := *device
	other.ID = emulatortest.DeviceID("B")
	refused(s, &other, "with another's certificate", 401002, "is not the registration ID")

	// A CA of the same name is another one.
	_, encoded := s.ActiveCA()
	forger := emulatortest.NewCA(t, pkix.Name{CommonName: s.Certificate(encoded).Subject.CommonName}, true)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := forger.Issue(t, device.ID, key)
	forged := *device
	forged.Certificate = tls.Certificate{Certificate: [][]byte{leaf.Raw, forger.Certificate.Raw}, PrivateKey: key, Leaf: leaf}
	refused(s, &forged, "with a certificate of a CA of that name", 401002, "no enrollment group holds")

	// Without the key, the handshake itself fails.
	stolen := *device
	stolen.Certificate.PrivateKey = key
	if _, err := stolen.Enrol(t.Context(), s.Info.Applications[0].IDScope); err == nil {
		t.Error("a device without the key of its certificate is assigned")
	}
}

func TestRegistration_isShownInTheApplication(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	trusted(s, "sphere")
	device := newDevice(s, 0)
	first, err := device.Enrol(t.Context(), s.Info.Applications[0].IDScope)
	if err != nil {
		t.Fatal(err)
	}
	lower := strings.ToLower(device.ID)
	if first.DeviceID != lower || first.Substatus != "initialAssignment" || !strings.HasSuffix(first.Hub, ".azure-devices.net") {
		t.Errorf("assigned %+v", first)
	}
	again, err := device.Enrol(t.Context(), s.Info.Applications[0].IDScope)
	if err != nil || again.Hub != first.Hub || again.Substatus != "reprovisionedToInitialAssignment" {
		t.Errorf("assigned again %+v, %v", again, err)
	}
	shown := s.Central(http.MethodGet, "/devices/"+lower, "").Want(http.StatusOK)
	if shown.At("provisioned") != true || shown.At("enabled") != true {
		t.Errorf("the application shows %s", shown.Body)
	}
	s.Central(http.MethodPut, "/devices/"+lower, `{"enabled":false}`).Want(http.StatusOK)
	refused(s, device, "blocked in the application", 0, "disabled: The device is blocked")
	s.Central(http.MethodPut, "/devices/"+lower, `{"enabled":true}`).Want(http.StatusOK)
	assigned(s, device, "let in again")
}

func TestRegistration_refusals(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	trusted(s, "sphere")
	device := newDevice(s, 0)
	s.Client = s.Emulator.HTTPClient(device.Certificate)
	t.Cleanup(s.Client.CloseIdleConnections)
	scope := s.Info.Endpoints.DeviceProvisioning + s.Info.Applications[0].IDScope
	own := scope + "/registrations/" + device.ID
	body := `{"registrationId":"` + device.ID + `"}`
	const version = "?api-version=2021-06-01"
	for name, test := range map[string]struct {
		method, address, body string
		status                int
		code                  float64
	}{
		"unknown ID scope":    {http.MethodPut, strings.Replace(own, scope, s.Info.Endpoints.DeviceProvisioning+"0ne00FFFFFF", 1) + "/register" + version, body, 404, 404002},
		"no version":          {http.MethodPut, own + "/register", body, 400, 400005},
		"no body":             {http.MethodPut, own + "/register" + version, "", 400, 400001},
		"body of another":     {http.MethodPut, own + "/register" + version, `{"registrationId":"x"}`, 400, 400004},
		"no registration ID":  {http.MethodPut, own + "/register" + version, `{}`, 400, 400004},
		"unknown operation":   {http.MethodGet, own + "/operations/x" + version, "", 404, 404001},
		"nothing at all":      {http.MethodGet, own + "/nothing" + version, "", 404, 404000},
		"another registering": {http.MethodPut, scope + "/registrations/x/register" + version, `{"registrationId":"x"}`, 401, 401002},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.In(t).Send(test.method, test.address, []byte(test.body)).Want(test.status)
			if got.At("errorCode") != test.code || got.Text("message") == "" || got.Text("trackingId") == "" || got.Text("timestampUtc") == "" {
				t.Errorf("answered %s, want code %v", got.Body, test.code)
			}
		})
	}
	started := s.Send(http.MethodPut, own+"/register"+version, []byte(body)).Want(http.StatusAccepted)
	if started.Text("status") != "assigning" || started.Header.Get("Retry-After") == "" {
		t.Errorf("answered %s", started.Body)
	}
	// Nobody else sees what came of it.
	s.Client = s.Emulator.HTTPClient()
	t.Cleanup(s.Client.CloseIdleConnections)
	s.Send(http.MethodGet, own+"/operations/"+started.Text("operationId")+version, nil).Want(http.StatusUnauthorized)
	// And the other services ask for no certificate.
	s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusOK)
}
