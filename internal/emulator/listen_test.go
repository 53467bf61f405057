// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestStart_onEveryAddressIsReachedOnLoopback(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{Listen: "0.0.0.0:0"})
	for _, address := range []string{s.Info.Applications[0].AddressURL, s.Info.Identity.MetadataURL} {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Hostname() != "127.0.0.1" {
			t.Errorf("the address is %s: %v", address, err)
		}
	}
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
}

func TestStart_onANameServesTheApplicationsBelowIt(t *testing.T) {
	t.Parallel()
	host := ownName(t)
	s := emulatortest.Start(t, emulator.Options{Listen: net.JoinHostPort(host, "0")})
	transport, ok := s.Client.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	dial, suffix := transport.DialContext, s.Info.Endpoints.IoTCentralDNSSuffix
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { return dial(ctx, network, suffix) }
	_, port, _ := strings.Cut(suffix, ":")
	for subdomain, want := range map[string]int{"contoso": http.StatusOK, "tailspin": http.StatusNotFound} {
		address := fmt.Sprintf("https://%s.%s:%s/api/enrollmentGroups?api-version=%s", subdomain, host, port, emulatortest.StableVersion)
		s.Send(http.MethodGet, address, nil, "Authorization", s.Info.Applications[0].APIToken).Want(want)
	}
	for _, r := range s.Emulator.Requests() {
		if r.Service != "iotcentral" {
			t.Errorf("logged as %+v", r)
		}
	}
}

// ownName is a name besides localhost that an emulator can listen on. Only the machine can have one: its own, where it
// resolves it. It is in capitals, since names are the same in any case.
func ownName(t *testing.T) string {
	t.Helper()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	name = strings.ToUpper(name)
	probe, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(name, "0"))
	if err != nil {
		t.Skip("the name of this machine is not in its DNS or hosts file, and no other name than localhost is sure to be:", err)
	}
	if err := probe.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestStart_refusesAnAddressInUse(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	_, port, _ := strings.Cut(s.Info.Endpoints.IoTCentralDNSSuffix, ":")
	if second, err := emulator.Start(emulator.Options{Listen: "127.0.0.1:" + port}); err == nil {
		_ = second.Close()
		t.Error("two emulators listen on one port")
	}
	s.Central(http.MethodGet, "/enrollmentGroups", "").Want(http.StatusOK)
}

func TestStart_leavesNoHalfWrittenFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "ca.pem"), 0o700); err != nil {
		t.Fatal(err)
	}
	e, err := emulator.Start(emulator.Options{Dir: dir})
	if err == nil {
		_ = e.Close()
		t.Fatal("it started without its files")
	}
	if !strings.Contains(err.Error(), "ca.pem") {
		t.Errorf("the error does not name the file: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.*.*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
