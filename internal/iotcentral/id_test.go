// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

func TestCheckGroupID(t *testing.T) {
	t.Parallel()
	for id, fine := range map[string]bool{
		"sphere-devices":                       true,
		"A":                                    true,
		"-":                                    true,
		"11111111-2222-3333-4444-555555555555": true,
		strings.Repeat("a", 255):               true,
		strings.Repeat("a", 256):               false,
		"":                                     false,
		"sphere_devices":                       false,
		"sphere devices":                       false,
		"sphere.devices":                       false,
		"a/b":                                  false,
		"..":                                   false,
		"ä":                                    false,
		"a\n":                                  false,
	} {
		if err := iotcentral.CheckGroupID(id); (err == nil) != fine {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestParseGroupID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]iotcentral.GroupID{
		host + "/enrollmentGroups/sphere-Devices":                     group(),
		"https://" + host + "/enrollmentGroups/sphere-Devices":        group(),
		"CONTOSO.AzureIoTCentral.com/enrollmentGroups/sphere-Devices": group(),
		"127.0.0.1:8443/enrollmentGroups/g":                           {Host: "127.0.0.1:8443", Group: "g"},
		"localhost:8443/enrollmentGroups/g":                           {Host: "localhost:8443", Group: "g"},
	} {
		if got, err := iotcentral.ParseGroupID(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"",
		"//",
		"sphere-Devices",
		host,
		host + "/sphere-Devices",
		host + "/enrollmentGroups",
		host + "/enrollmentGroups/",
		host + "/enrollmentGroups/a_b",
		host + "/enrollmentGroups/a/",
		host + "/enrollmentgroups/a",
		host + "/devices/a",
		"/enrollmentGroups/a",
		"contoso/enrollmentGroups/a",
		"http://" + host + "/enrollmentGroups/a",
		"https://https://" + host + "/enrollmentGroups/a",
		"user@" + host + "/enrollmentGroups/a",
		" " + host + "/enrollmentGroups/a",
		host + "/api/enrollmentGroups/a",
		host + "/enrollmentGroups/a?x=y",
		host + "/enrollmentGroups/a/certificates/primary",
	} {
		got, err := iotcentral.ParseGroupID(text)
		if err == nil || got != (iotcentral.GroupID{}) {
			t.Errorf("%q is read as %+v", text, got)
		} else if !strings.Contains(err.Error(), "<host>/enrollmentGroups/<group_id>") {
			t.Errorf("%q: the error does not say what is expected: %v", text, err)
		}
	}
}

func TestParseCertificateID(t *testing.T) {
	t.Parallel()
	base := host + "/enrollmentGroups/sphere-Devices/certificates/"
	for text, want := range map[string]iotcentral.CertificateID{
		base + "primary":              group().Certificate(iotcentral.Primary),
		base + "secondary":            group().Certificate(iotcentral.Secondary),
		"https://" + base + "primary": group().Certificate(iotcentral.Primary),
	} {
		if got, err := iotcentral.ParseCertificateID(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"",
		"////",
		base,
		base + "tertiary",
		base + "Primary",
		base + "primary/",
		base + "primary/verify",
		base + " primary",
		strings.TrimSuffix(base, "/"),
		host + "/enrollmentGroups/sphere-Devices",
		host + "/enrollmentGroups/sphere-Devices/certificate/primary",
		host + "/enrollmentGroups/a_b/certificates/primary",
		"contoso/enrollmentGroups/a/certificates/primary",
	} {
		got, err := iotcentral.ParseCertificateID(text)
		if err == nil || got != (iotcentral.CertificateID{}) {
			t.Errorf("%q is read as %+v", text, got)
		} else if !strings.Contains(err.Error(), "<primary or secondary>") {
			t.Errorf("%q: the error does not say what is expected: %v", text, err)
		}
	}
}

func TestIDs_areWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	if got, want := group().String(), host+"/enrollmentGroups/sphere-Devices"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := group().Certificate(iotcentral.Secondary).String(), host+"/enrollmentGroups/sphere-Devices/certificates/secondary"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := iotcentral.Entries(), []iotcentral.Entry{iotcentral.Primary, iotcentral.Secondary}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzParseGroupID(f *testing.F) {
	for _, seed := range []string{"", "//", group().String(), "https://" + group().String(), "127.0.0.1:1/enrollmentGroups/a", "K.x/enrollmentGroups/a", "a.b/enrollmentGroups/ſ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := iotcentral.ParseGroupID(text)
		if err != nil {
			return
		}
		if again, err := iotcentral.ParseGroupID(id.String()); err != nil || again != id {
			t.Fatalf("%q is read as %+v, and that as %+v, %v", text, id, again, err)
		}
		if found, err := iotcentral.Host(id.Host, suffix); err != nil || found != id.Host {
			t.Fatalf("%q has the host %q, which means %q, %v", text, id.Host, found, err)
		}
		if err := iotcentral.CheckGroupID(id.Group); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func FuzzParseCertificateID(f *testing.F) {
	for _, seed := range []string{"", "////", group().Certificate(iotcentral.Primary).String(), "https://" + group().Certificate(iotcentral.Secondary).String(), host + "/enrollmentGroups/a/certificates/tertiary"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := iotcentral.ParseCertificateID(text)
		if err != nil {
			return
		}
		if again, err := iotcentral.ParseCertificateID(id.String()); err != nil || again != id {
			t.Fatalf("%q is read as %+v, and that as %+v, %v", text, id, again, err)
		}
		if parent, err := iotcentral.ParseGroupID(id.GroupID.String()); err != nil || parent != id.GroupID {
			t.Fatalf("the group of %q is read as %+v, %v", text, parent, err)
		}
	})
}
