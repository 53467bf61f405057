// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func FuzzRouter(f *testing.F) {
	running, err := emulator.Start(emulator.Options{Dir: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = running.Close() })
	info := running.Info()
	for _, path := range []string{
		"/", "/_emulator/state", "/v2/tenants", "/v2/tenants/%2F/certificates", "/subscriptions/a?b", "/SUBSCRIPTIONS//x/..",
		info.CatalogID + "/certificates?api-version=2024-04-01", "/api/enrollmentGroups/a%2Fb/certificates/primary", "/%zz", "/" + strings.Repeat("a/", 500),
	} {
		f.Add("GET", "contoso.localhost", path, "{}")
		f.Add("PUT", "localhost", path, `{"a":`)
	}
	f.Fuzz(func(t *testing.T, method, host, path, body string) {
		address, err := url.ParseRequestURI(path)
		if err != nil || strings.HasPrefix(path, "/_emulator/rotate") || strings.HasPrefix(path, "/_emulator/faults") ||
			strings.HasPrefix(path, "/_emulator/clock") {
			return
		}
		request := &http.Request{Method: method, Host: host, URL: address, Header: http.Header{}, Body: http.NoBody, RequestURI: path}
		if body != "" {
			request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
			request.Method, request.Host, request.URL = method, host, address
		}
		recorder := httptest.NewRecorder()
		running.ServeMain(recorder, request)
		if recorder.Code < 200 || recorder.Code >= 500 && recorder.Code != http.StatusNotImplemented {
			t.Errorf("%s %s%s: status %d: %s", method, host, path, recorder.Code, recorder.Body)
		}
	})
}

func FuzzGlob(f *testing.F) {
	f.Add("/a/*/c", "/a/b/c")
	f.Add("/a/**", "/a/b/c")
	f.Add("[", "(")
	f.Fuzz(func(t *testing.T, glob, path string) {
		if !emulator.MatchesGlob("**", path) {
			t.Errorf("** does not match %q", path)
		}
		if utf8.ValidString(glob) && !strings.Contains(glob, "*") && !emulator.MatchesGlob(glob, glob) {
			t.Errorf("%q does not match itself", glob)
		}
	})
}
