// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

const day = 24 * time.Hour

// control sends a control request.
func control(s *emulatortest.Session, method, path, body string) *emulatortest.Reply {
	s.T.Helper()
	return s.Send(method, s.Info.Endpoints.ResourceManager+"_emulator/"+path, []byte(body))
}

// caStatuses are the statuses of the default catalog's CAs, oldest first.
func caStatuses(s *emulatortest.Session) string {
	var list []string
	for _, c := range s.Emulator.State().Catalogs[0].Certificates {
		list = append(list, c.Status)
	}
	return strings.Join(list, " ")
}

// date is the time that an answer has in its header.
func date(r *emulatortest.Reply) time.Time {
	r.T.Helper()
	at, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		r.T.Fatal(err)
	}
	return at
}

func TestClock_renewsCAsAsInLife(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	for _, step := range []struct{ advance, want string }{
		{"0s", "Active"},
		{"639d", "Active"},                          // on the last day before the successor
		{"2d", "Active Inactive"},                   // 90 days before the end
		{"43d", "Active Inactive"},                  // on the last day before it takes over
		{"2d", "Inactive Active"},                   // 45 days before the end
		{"44d", "Inactive Active"},                  // on the last day of the first one
		{"1d", "Expired Active"},                    // after two years
		{"3d", "Expired Active"},                    // nothing more is due
		{"2y", "Expired Active"},                    // refused
		{"1500d", "Expired Expired Expired Active"}, // several at once
	} {
		answer := control(s, http.MethodPost, "clock", `{"advance":"`+step.advance+`"}`)
		if got := caStatuses(s); got != step.want {
			t.Errorf("after %s the CAs are %s, want %s; it was answered %s", step.advance, got, step.want, answer.Body)
		}
	}
	// The dates of each are those of its place in life: two years, from 90 days before the end of the one before.
	certificates := s.Emulator.State().Catalogs[0].Certificates
	for i, c := range certificates[1:] {
		if lead := certificates[i].NotAfter.Sub(c.NotBefore); lead < 90*day || lead > 91*day {
			t.Errorf("CA %d begins %v before the end of the one before", i+1, lead)
		}
	}
}

func TestClock_movesDatesProofsCodesAndDevices(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	opts := emulator.Options{Now: clock.Now}
	if err := opts.Behavior.Set("code-lifetime", "48h"); err != nil {
		t.Fatal(err)
	}
	s := emulatortest.Start(t, opts)
	entry := s.Entry("g")
	serial, _ := s.ActiveCA()
	proof := s.Proof(serial, s.Code(entry))
	device := newDevice(t, s)
	if answered := control(s, http.MethodPost, "clock", `{"advance":"3d"}`).Want(http.StatusOK); !date(answered).Equal(clock.Now().Add(3 * day)) {
		t.Errorf("answered at %v: %s", date(answered), answered.Body)
	}
	now := clock.Now().Add(3 * day)
	if got := s.Emulator.Now(); !got.Equal(now) {
		t.Errorf("the emulated time is %v, want %v", got, now)
	}
	for name, answer := range map[string]*emulatortest.Reply{
		"arm": s.ARM(http.MethodGet, s.Info.CatalogID, ""), "iotcentral": s.Central(http.MethodGet, "/enrollmentGroups", ""),
		"sphere": s.Legacy(http.MethodGet, "/v2/tenants", ""), "control": control(s, http.MethodGet, "health", ""),
	} {
		if !date(answer.Want(http.StatusOK)).Equal(now) {
			t.Errorf("%s answers at %v, want %v", name, date(answer), now)
		}
	}
	s.Verify(entry, proof).Want(http.StatusUnprocessableEntity) // The code is over.
	fresh := s.Certificate(s.Proof(serial, s.Code(entry)))
	if fresh.NotBefore.After(now) || fresh.NotAfter.Before(now) || fresh.NotAfter.After(now.Add(day)) {
		t.Errorf("the proof lives from %v to %v", fresh.NotBefore, fresh.NotAfter)
	}
	s.Verify(entry, base64.StdEncoding.EncodeToString(fresh.Raw)).Want(http.StatusNoContent)
	scope := s.Emulator.State().Applications[0].IDScope
	if assigned, err := device.Enrol(t.Context(), scope); err == nil {
		t.Errorf("a device can enrol with a certificate of three days ago: %+v", assigned)
	}
	if _, err := newDevice(t, s).Enrol(t.Context(), scope); err != nil {
		t.Errorf("a device cannot enrol with a certificate of today: %v", err)
	}
}

// newDevice is a device with a certificate of now, under the Active CA.
func newDevice(t *testing.T, s *emulatortest.Session) *emulatortest.Device {
	t.Helper()
	_, encoded := s.ActiveCA()
	device, err := emulatortest.NewDevice(s.Emulator, emulatortest.DeviceID("a"), pki.Thumbprint(s.Certificate(encoded)))
	if err != nil {
		t.Fatal(err)
	}
	return device
}

// TestClock_leavesTokensAndTLSAlone: clients hold these against their own clock.
func TestClock_leavesTokensAndTLSAlone(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	old := s.Token(s.Info.Audiences.IoTCentral)
	apiToken := s.Info.Applications[0].APIToken
	if _, err := s.Emulator.Advance(3 * 365 * day); err != nil {
		t.Fatal(err)
	}
	s.Client.CloseIdleConnections()
	for name, authorization := range map[string]string{"bearer token": old, "new bearer token": s.Token(s.Info.Audiences.IoTCentral), "API token": apiToken} {
		if answer := s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), nil, "Authorization", authorization); answer.Status != http.StatusOK {
			t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
		}
	}
	clock.Advance(2 * time.Hour)
	s.Send(http.MethodGet, s.CentralURL("/enrollmentGroups", emulatortest.PreviewVersion), nil, "Authorization", old).Want(http.StatusUnauthorized)
}

func TestClock_onlyGoesForwards(t *testing.T) {
	t.Parallel()
	clock := emulatortest.NewClock()
	s := emulatortest.Start(t, emulator.Options{Now: clock.Now})
	for _, body := range []string{`{"advance":"-1h"}`, `{"advance":""}`, `{"advance":"36501d"}`, `{"advance":"99999d"}`, `{"advance":"tomorrow"}`, `{}`, `{"to":"1d"}`} {
		if answer := control(s, http.MethodPost, "clock", body).Want(http.StatusBadRequest); answer.Text("error") == "" {
			t.Errorf("%s: %s", body, answer.Body)
		}
	}
	if !s.Emulator.Now().Equal(clock.Now()) {
		t.Errorf("the time is %v", s.Emulator.Now())
	}
}

// TestClock_movesWhileFiftyClientsWork is for the race detector above all. Each client goes through a whole handshake,
// while others advance the clock by two years and more, and look at the state.
func TestClock_movesWhileFiftyClientsWork(t *testing.T) {
	t.Parallel()
	var (
		running  atomic.Pointer[emulator.Emulator]
		answered atomic.Int64
	)
	opts := emulator.Options{Observe: func(emulator.Exchange) {
		e := running.Load()
		if answered.Add(1)%5 != 0 || e == nil {
			return
		}
		if _, err := e.Advance(14 * day); err != nil {
			t.Error(err)
		}
		if got := len(e.State().Applications); got != 1 {
			t.Errorf("there are %d applications", got)
		}
	}}
	if err := opts.Behavior.Set("shared-certificate", "allow"); err != nil {
		t.Fatal(err)
	}
	s := emulatortest.Start(t, opts)
	running.Store(s.Emulator)
	began := s.Emulator.Now()
	arm, central := s.Token(s.Info.Audiences.ResourceManager), s.Token(s.Info.Audiences.IoTCentral)
	var clients sync.WaitGroup
	for i := range 50 {
		clients.Go(func() {
			c := &worker{s, arm, central, fmt.Sprintf("group-%d", i)}
			if err := c.handshake(); err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		})
	}
	clients.Wait()
	if passed := s.Emulator.Now().Sub(began); passed < 2*365*day {
		t.Errorf("%v passed, want two years", passed)
	}
	for _, g := range s.Emulator.State().Applications[0].EnrollmentGroups {
		if g.Primary == nil || !g.Primary.Verified {
			t.Errorf("%s is not verified", g.ID)
		}
	}
}

// worker is a client that must not end the test: it is not in the goroutine of the test.
type worker struct {
	s            *emulatortest.Session
	arm, central string
	group        string
}

// send sends a request, and returns the status and the answer.
func (w *worker) send(method, address, authorization, body string) (int, []byte, error) {
	reply, err := w.s.Try(method, address, []byte(body), "Authorization", authorization, "Content-Type", "application/json")
	if err != nil {
		return 0, nil, err
	}
	return reply.Status, reply.Body, nil
}

// listedCA is a CA in a list of Resource Manager.
type listedCA struct {
	Name       string
	Properties struct{ Status, Certificate string }
}

// handshake makes a group trust the Active CA. When the CA expires before it signs, the client begins anew.
func (w *worker) handshake() error {
	certificates := strings.TrimSuffix(w.s.Info.Endpoints.ResourceManager, "/") + w.s.Info.CatalogID + "/certificates"
	version := "?api-version=" + emulatortest.SphereVersion
	group := "/enrollmentGroups/" + w.group
	steps := func(method, path, body string, want int) ([]byte, error) {
		status, answer, err := w.send(method, w.s.CentralURL(path, emulatortest.PreviewVersion), w.central, body)
		if err == nil && status != want {
			err = fmt.Errorf("%s %s: %d %s", method, path, status, answer)
		}
		return answer, err
	}
	if _, err := steps(http.MethodPut, group, `{"displayName":"G","type":"iot","attestation":{"type":"x509"}}`, http.StatusOK); err != nil {
		return err
	}
	for range 20 {
		_, answer, err := w.send(http.MethodGet, certificates+version, w.arm, "")
		if err != nil {
			return err
		}
		var list struct{ Value []listedCA }
		if err := json.Unmarshal(answer, &list); err != nil {
			return err
		}
		active := slices.IndexFunc(list.Value, func(c listedCA) bool { return c.Properties.Status == "Active" })
		if active < 0 {
			return fmt.Errorf("no CA is Active: %s", answer)
		}
		entry := group + "/certificates/primary"
		upload := emulatortest.JSON(map[string]any{"verified": false, "certificate": list.Value[active].Properties.Certificate})
		if _, err := steps(http.MethodPut, entry, upload, http.StatusOK); err != nil {
			return err
		}
		answer, err = steps(http.MethodPost, entry+"/generateVerificationCode", "", http.StatusOK)
		if err != nil {
			return err
		}
		var code struct{ VerificationCode string }
		if err := json.Unmarshal(answer, &code); err != nil {
			return err
		}
		status, answer, err := w.send(http.MethodPost, certificates+"/"+list.Value[active].Name+"/retrieveProofOfPossessionNonce"+version,
			w.arm, emulatortest.JSON(map[string]string{"proofOfPossessionNonce": code.VerificationCode}))
		switch {
		case err != nil:
			return err
		case status == http.StatusBadRequest: // It has expired.
			continue
		case status != http.StatusOK:
			return fmt.Errorf("the proof: %d %s", status, answer)
		}
		_, err = steps(http.MethodPost, entry+"/verify", string(answer), http.StatusNoContent)
		return err
	}
	return errors.New("the CA expired twenty times")
}
