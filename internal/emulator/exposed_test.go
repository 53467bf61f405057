// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestHealth_saysVersionAndTime(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Version: "1.2.3"})
	answer := control(s, http.MethodGet, "health", "").Want(http.StatusOK)
	var health emulator.Health
	if err := json.Unmarshal(answer.Body, &health); err != nil || health.Status != "ok" || health.Version != "1.2.3" ||
		s.Emulator.Now().Sub(health.Time).Abs() > day {
		t.Errorf("answered %s, %v", answer.Body, err)
	}
	if len(s.Emulator.Requests()) != 0 {
		t.Error("it is in the request log")
	}
}

func TestVersion_isInEachAnswer(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Version: "1.2.3"})
	for name, answer := range map[string]*emulatortest.Reply{
		"control": control(s, http.MethodGet, "state", ""), "entra": s.TokenRequest(nil), "arm": s.ARM(http.MethodGet, s.Info.CatalogID, ""),
		"iotcentral": s.Central(http.MethodGet, "/enrollmentGroups", ""), "sphere": s.Legacy(http.MethodGet, "/v2/tenants", ""),
		"metadata": s.Send(http.MethodGet, s.Info.Identity.MetadataURL+"/metadata/identity/oauth2/token", nil),
		"port":     s.Send(http.MethodGet, s.Info.Applications[0].AddressURL+"/api/enrollmentGroups", nil),
	} {
		if got := answer.Header.Get("Sphere-Emulator-Version"); got != "1.2.3" {
			t.Errorf("%s answers as version %q", name, got)
		}
	}
}

func TestHostname_isInEveryAddressAndCertificate(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Hostname: "emulator.test"})
	settings := emulatortest.JSON(s.Info)
	if strings.Contains(settings, "localhost") || strings.Contains(settings, "127.0.0.1") {
		t.Errorf("the settings are %s", settings)
	}
	if got := s.Info.Applications[0].URL; !strings.HasPrefix(got, "https://contoso.emulator.test:") {
		t.Errorf("the application is at %s", got)
	}
	s.TokenRequest(s.SecretForm(s.Info.Audiences.IoTCentral + "/.default")).Want(http.StatusOK)
	s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusOK)
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	for _, address := range []string{s.Info.Applications[0].AddressURL, strings.Replace(s.Info.Applications[0].URL, "emulator.test", "localhost", 1)} {
		s.Send(http.MethodGet, address+"/api/enrollmentGroups?api-version="+emulatortest.PreviewVersion, nil,
			"Authorization", s.Info.Applications[0].APIToken).Want(http.StatusOK)
	}
	for _, bad := range []string{"Emulator", "a_b", "a..b", "-", "127.0.0.1:1"} {
		if e, err := emulator.Start(emulator.Options{Hostname: bad}); err == nil {
			_ = e.Close()
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestHostname_mayBeginLikeAnApplication: it is the name of the emulator all the same.
func TestHostname_mayBeginLikeAnApplication(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Hostname: "contoso.test"})
	s.ARM(http.MethodGet, s.Info.CatalogID, "").Want(http.StatusOK)
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
	control(s, http.MethodGet, "health", "").Want(http.StatusOK)
}

func TestControl_needsATokenBeyondLoopbackOnly(t *testing.T) {
	t.Parallel()
	for listen, exposed := range map[string]bool{"127.0.0.1:0": false, "localhost:0": false, "0.0.0.0:0": true, ":0": true} {
		t.Run(listen, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := emulatortest.Start(t, emulator.Options{Listen: listen, Dir: dir})
			without := http.StatusOK
			if exposed {
				without = http.StatusUnauthorized
			}
			address := s.Info.Endpoints.ResourceManager + "_emulator/"
			s.Send(http.MethodGet, address+"state", nil).Want(without)
			s.Send(http.MethodGet, address+"state", nil, "Authorization", "Bearer wrong").Want(without)
			s.Send(http.MethodGet, address+"health", nil).Want(http.StatusOK)
			content, err := os.ReadFile(filepath.Join(dir, "emulator.json"))
			if err != nil {
				t.Fatal(err)
			}
			var settings struct {
				ControlToken string `json:"control_token"`
			}
			if err := json.Unmarshal(content, &settings); err != nil || (settings.ControlToken != "") != exposed {
				t.Errorf("the token is %q, %v", settings.ControlToken, err)
			}
			s.Send(http.MethodGet, address+"state", nil, "Authorization", "Bearer "+settings.ControlToken).Want(http.StatusOK)
			s.Send(http.MethodPost, address+"reset", nil, "Authorization", "Bearer "+settings.ControlToken).Want(http.StatusNoContent)
		})
	}
}

// TestFiles_haveTheEnvironmentForEachShell: PowerShell is not at hand everywhere, so its file is read line by line.
func TestFiles_haveTheEnvironmentForEachShell(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "it's made")
	s := emulatortest.Start(t, emulator.Options{Dir: dir})
	want := s.Emulator.Environment()
	if want[emulator.DirVariable] != dir {
		t.Errorf("the folder is %q, want %q", want[emulator.DirVariable], dir)
	}
	for _, name := range emulator.Files() {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	content, err := os.ReadFile(filepath.Join(dir, "environment.json"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	if err := json.Unmarshal(content, &got); err != nil || emulatortest.JSON(got) != emulatortest.JSON(want) {
		t.Errorf("environment.json holds %s, %v", content, err)
	}
	content, err = os.ReadFile(filepath.Join(dir, "emulator.ps1"))
	if err != nil {
		t.Fatal(err)
	}
	got = map[string]string{}
	for line := range strings.Lines(string(content)) {
		name, value, found := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		quoted, isVariable := strings.CutPrefix(name, "$env:")
		if !found || !isVariable || len(value) < 2 || value[0] != '\'' || value[len(value)-1] != '\'' {
			t.Fatalf("emulator.ps1 has the line %q", line)
		}
		got[quoted] = strings.ReplaceAll(value[1:len(value)-1], "''", "'")
	}
	if emulatortest.JSON(got) != emulatortest.JSON(want) {
		t.Errorf("emulator.ps1 holds %s", content)
	}
}
