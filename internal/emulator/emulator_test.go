// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestStart_writesSettings(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "it's made")
	s := emulatortest.Start(t, emulator.Options{Dir: dir, Applications: []string{"contoso", "fabrikam"}})

	settings, err := os.ReadFile(filepath.Join(dir, "emulator.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read emulator.Info
	if err := json.Unmarshal(settings, &read); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read, s.Info) {
		t.Errorf("emulator.json holds\n%+v\nInfo returns\n%+v", read, s.Info)
	}
	for _, name := range []string{"emulator.json", "emulator.env"} {
		stat, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if stat.Mode().Perm() != 0o600 {
			t.Errorf("%s holds secrets and has mode %v", name, stat.Mode())
		}
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(ca, s.Emulator.CAPEM()) {
		t.Error("ca.pem is not what CAPEM returns")
	}
	shell := exec.CommandContext(t.Context(), "sh", "-c", `. "$0" && env`, filepath.Join(dir, "emulator.env"))
	shell.Env = []string{}
	output, err := shell.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(output), "\n")
	for name, value := range s.Emulator.Environment() {
		if !slices.Contains(lines, name+"="+value) {
			t.Errorf("emulator.env does not set %s to %q", name, value)
		}
	}
	if s.Emulator.Environment()["SSL_CERT_FILE"] != filepath.Join(dir, "ca.pem") {
		t.Errorf("SSL_CERT_FILE is %q", s.Emulator.Environment()["SSL_CERT_FILE"])
	}
}

func TestStart_withoutDirNamesNoCAFile(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, name := range []string{"SSL_CERT_FILE", "ARM_CA_BUNDLE"} {
		if value, found := s.Emulator.Environment()[name]; found {
			t.Errorf("%s is %q", name, value)
		}
	}
}

func TestStart_refusesBadOptions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, opts := range map[string]emulator.Options{
		"application in upper case": {Applications: []string{"Contoso"}},
		"application twice":         {Applications: []string{"contoso", "contoso"}},
		"address without port":      {Listen: "127.0.0.1"},
		"directory is a file":       {Dir: file},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := emulator.Start(opts)
			if err == nil {
				_ = e.Close()
				t.Fatal("it started")
			}
		})
	}
}

func TestClose_twiceIsFine(t *testing.T) {
	t.Parallel()
	e, err := emulator.Start(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestClose_endsRequestsThatWait(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	s := emulatortest.Start(t, emulator.Options{Latency: time.Hour, Now: func() time.Time {
		select {
		case arrived <- struct{}{}:
		default:
		}
		return time.Now()
	}})
	<-arrived // at the start
	failed := make(chan error)
	go func() {
		_, err := s.Try(http.MethodGet, s.Info.Endpoints.AuthorityHost+"common/discovery/instance", nil)
		failed <- err
	}()
	<-arrived
	if err := s.Emulator.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

func TestEmulator_takesConcurrentUse(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	token := s.Token(s.Info.Audiences.IoTCentral)
	var clients sync.WaitGroup
	for i := range 8 {
		clients.Go(func() {
			body := []byte(`{"displayName":"G","type":"iot","attestation":{"type":"symmetricKey"}}`)
			made, err := s.Try(http.MethodPut, s.CentralURL("/enrollmentGroups/g"+strconv.Itoa(i), emulatortest.PreviewVersion), body,
				"Authorization", token, "Content-Type", "application/json")
			if err != nil || made.Status != http.StatusOK {
				t.Errorf("answered %+v, %v", made, err)
			}
			s.Emulator.State()
			s.Emulator.Requests()
			s.Emulator.Fail(emulator.Fault{Path: "/nothing", Status: http.StatusTeapot})
			_ = s.Emulator.Rotate("", emulator.StageIssue) // one of them succeeds
		})
	}
	clients.Wait()
	state := s.Emulator.State()
	if got := len(state.Applications[0].EnrollmentGroups); got != 8 {
		t.Errorf("there are %d groups", got)
	}
	if got := len(state.Catalogs[0].Certificates); got != 2 {
		t.Errorf("there are %d certificates", got)
	}
}

func TestLatency_delaysEachAnswer(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Latency: 30 * time.Millisecond})
	began := time.Now()
	s.Send(http.MethodGet, s.Info.Endpoints.AuthorityHost+"common/discovery/instance", nil).Want(http.StatusOK)
	if took := time.Since(began); took < 30*time.Millisecond {
		t.Errorf("answered after %v", took)
	}
}

func TestServices_areFoundByHostAndPath(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Applications: []string{"contoso", "fabrikam"}})
	app := s.Info.Applications[1]
	suffix := "." + s.Info.Endpoints.IoTCentralDNSSuffix
	path := "/api/enrollmentGroups?api-version=" + emulatortest.StableVersion
	for name, base := range map[string]string{
		"subdomain":      app.URL,
		"application ID": "https://" + app.ApplicationID + suffix,
		"own port":       app.AddressURL,
		"upper case":     "https://FABRIKAM" + suffix,
	} {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			s.Send(http.MethodGet, base+path, nil, "Authorization", app.APIToken).Want(http.StatusOK)
		})
	}
	for _, r := range s.Emulator.Requests() {
		if r.Service != "iotcentral" || r.Application != "fabrikam" || r.Operation != "EnrollmentGroups_List" {
			t.Errorf("logged as %+v", r)
		}
	}
	s.Send(http.MethodGet, s.Info.Applications[0].URL+path, nil, "Authorization", app.APIToken).Want(http.StatusUnauthorized)
	unknown := s.Send(http.MethodGet, "https://tailspin"+suffix+path, nil, "Authorization", app.APIToken)
	if unknown.Want(http.StatusNotFound).Text("error", "code") != "NotFound" || unknown.Header.Get("x-ms-error-code") == "" {
		t.Errorf("an unknown application is answered with %s", unknown.Body)
	}
}

func TestEmulators_runSideBySide(t *testing.T) {
	t.Parallel()
	first, second := emulatortest.Start(t, emulator.Options{}), emulatortest.Start(t, emulator.Options{})
	first.X509Group("only-here")
	if groups := second.Emulator.State().Applications[0].EnrollmentGroups; len(groups) != 0 {
		t.Errorf("the second emulator has %+v", groups)
	}
	foreign := first.Token(first.Info.Audiences.IoTCentral)
	second.Send(http.MethodGet, second.CentralURL("/enrollmentGroups", emulatortest.StableVersion), nil, "Authorization", foreign).
		Want(http.StatusUnauthorized)
}

func TestState_isEqualAfterEverythingIsUndone(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	before := s.Emulator.State()
	entry := s.Entry("group")
	s.Code(entry)
	if reflect.DeepEqual(before, s.Emulator.State()) {
		t.Error("a new group does not show in the state")
	}
	s.Central(http.MethodGet, entry, "").Want(http.StatusOK)
	s.Central(http.MethodDelete, "/enrollmentGroups/group", "").Want(http.StatusNoContent)
	if after := s.Emulator.State(); !reflect.DeepEqual(before, after) {
		t.Errorf("before:\n%s\nafter:\n%s", emulatortest.JSON(before), emulatortest.JSON(after))
	}
	answered := s.Send(http.MethodGet, s.Info.Endpoints.ResourceManager+"_emulator/state", nil).Want(http.StatusOK)
	var state emulator.State
	if err := json.Unmarshal(answered.Body, &state); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, state) {
		t.Errorf("State returns\n%s\nthe endpoint answers\n%s", emulatortest.JSON(before), answered.Body)
	}
}

func TestEnvironment_namesEverythingTheProviderReads(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Dir: t.TempDir()})
	environment := s.Emulator.Environment()
	for _, name := range []string{
		"ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_SUBSCRIPTION_ID", "ARM_USE_CLI",
		"ARM_DISABLE_INSTANCE_DISCOVERY", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "ARM_RESOURCE_MANAGER_ENDPOINT",
		"ARM_RESOURCE_MANAGER_AUDIENCE", "AZURE_SPHERE_ENDPOINT", "AZURE_SPHERE_AUDIENCE", "AZURE_SPHERE_CATALOG_ID",
		"IOTCENTRAL_DNS_SUFFIX", "IOTCENTRAL_AUDIENCE", "IOTCENTRAL_APPLICATION", "ARM_CA_BUNDLE", "SSL_CERT_FILE",
	} {
		if environment[name] == "" {
			t.Errorf("%s is not set", name)
		}
	}
}
