// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

const suffix = "azureiotcentral.com"

func TestHost(t *testing.T) {
	t.Parallel()
	const uuid = "11111111-2222-3333-4444-555555555555"
	for application, want := range map[string]string{
		"contoso":                           host,
		"Contoso":                           host,
		" contoso\n":                        host,
		"a":                                 "a." + suffix,
		"contoso-2":                         "contoso-2." + suffix,
		uuid:                                uuid + "." + suffix,
		strings.ToUpper("abcdef"):           "abcdef." + suffix,
		host:                                host,
		"CONTOSO.AzureIoTCentral.com":       host,
		"https://" + host:                   host,
		"https://" + host + "/":             host,
		"HTTPS://" + host:                   host,
		"https://" + uuid + "." + suffix:    uuid + "." + suffix,
		"contoso.example.org":               "contoso.example.org",
		"contoso.localhost:8443":            "contoso.localhost:8443",
		"https://contoso.localhost:8443/":   "contoso.localhost:8443",
		"127.0.0.1:8443":                    "127.0.0.1:8443",
		"https://CONTOSO.example.org:12345": "contoso.example.org:12345",
	} {
		got, err := iotcentral.Host(application, suffix)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", application, got, err, want)
		}
		if err := iotcentral.CheckApplication(application); err != nil {
			t.Errorf("%q: %v", application, err)
		}
	}
}

func TestHost_refusesWhatNamesNoApplication(t *testing.T) {
	t.Parallel()
	for name, application := range map[string]string{
		"empty":               "",
		"blank":               " \t\n",
		"resource ID":         "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.IoTCentral/iotApps/contoso",
		"http":                "http://" + host,
		"another scheme":      "ftp://" + host,
		"no scheme":           "://" + host,
		"user information":    "https://user@" + host,
		"user and password":   "https://user:password@" + host,
		"user, no scheme":     "user@" + host,
		"path":                "https://" + host + "/devices",
		"path, no scheme":     host + "/devices",
		"query":               "https://" + host + "?x=y",
		"fragment":            "https://" + host + "/#x",
		"no host":             "https://",
		"bad escape":          "https://%zz",
		"port without host":   ":8443",
		"port is a word":      "contoso.example:https",
		"port too long":       "contoso.example:123456",
		"IPv6":                "[::1]:8443",
		"IPv6 address":        "https://[::1]:8443",
		"blank inside":        "con toso",
		"underscore":          "con_toso",
		"hyphen first":        "-contoso",
		"hyphen last":         "contoso-",
		"dot first":           ".contoso",
		"dot last":            "contoso.",
		"two dots":            "contoso..com",
		"other letters":       "cöntoso",
		"a line ending":       "contoso\n.azureiotcentral.com",
		"two, with a comma":   "contoso,fabrikam",
		"a template's rest":   "${var.application}",
		"an enrollment group": host + "/enrollmentGroups/g",
	} {
		if got, err := iotcentral.Host(application, suffix); !errors.Is(err, iotcentral.ErrApplication) || got != "" {
			t.Errorf("%s (%q): %q, %v", name, application, got, err)
		}
		if err := iotcentral.CheckApplication(application); !errors.Is(err, iotcentral.ErrApplication) {
			t.Errorf("%s (%q): %v", name, application, err)
		}
	}
}

// A sovereign cloud has no known suffix.
func TestHost_withoutASuffixWantsAHostName(t *testing.T) {
	t.Parallel()
	if got, err := iotcentral.Host(host, ""); err != nil || got != host {
		t.Errorf("got %q, %v", got, err)
	}
	_, err := iotcentral.Host("contoso", "")
	if err == nil || !strings.Contains(err.Error(), "IOTCENTRAL_DNS_SUFFIX") || !strings.Contains(err.Error(), "endpoints.iot_central_dns_suffix") {
		t.Errorf("got %v", err)
	}
	if err := iotcentral.CheckApplication("contoso"); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestShortName_isWhatHostCompletes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ host, suffix, want string }{
		{host, suffix, "contoso"},
		{"CONTOSO.azureiotcentral.com", "AzureIoTCentral.com", "contoso"},
		{"contoso.localhost:8443", "localhost:8443", "contoso"},
		{"contoso.example.org", suffix, "contoso.example.org"},
		{"a.b.azureiotcentral.com", suffix, "a.b.azureiotcentral.com"},
		{"evilazureiotcentral.com", suffix, "evilazureiotcentral.com"},
		{suffix, suffix, suffix},
		{host, "", host},
		{"127.0.0.1:8443", suffix, "127.0.0.1:8443"},
	} {
		got := iotcentral.ShortName(test.host, test.suffix)
		if got != test.want {
			t.Errorf("%q under %q: %q, want %q", test.host, test.suffix, got, test.want)
		}
		if again, err := iotcentral.Host(got, test.suffix); err != nil || !strings.EqualFold(again, test.host) {
			t.Errorf("%q is completed to %q, %v", got, again, err)
		}
	}
}

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"contoso", host, "https://" + host + "/", "127.0.0.1:1", "http://x", "https://u@h", "/subscriptions/x", "a:1", "ſ", "K"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, application string) {
		got, err := iotcentral.Host(application, suffix)
		if (err == nil) != (iotcentral.CheckApplication(application) == nil) {
			t.Fatalf("Host and CheckApplication do not agree about %q: %v", application, err)
		}
		if err != nil {
			return
		}
		if again, err := iotcentral.Host(got, suffix); err != nil || again != got {
			t.Fatalf("%q becomes %q, and that %q, %v", application, got, again, err)
		}
		if strings.ContainsAny(got, "/@?#% \t\r\n\\") || got != strings.ToLower(got) {
			t.Fatalf("%q becomes the host %q", application, got)
		}
	})
}
