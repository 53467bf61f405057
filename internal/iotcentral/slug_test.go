// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

func TestSlugGroupID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Azure Sphere":                       "azure-sphere",
		"  Line 4 -- Halle (Süd)  ":          "line-4-halle-s-d",
		"sphere-devices":                     "sphere-devices",
		"A_B.c":                              "a-b-c",
		"---":                                "",
		"機器":                                 "",
		"":                                   "",
		strings.Repeat("x", 300):             strings.Repeat("x", 255),
		strings.Repeat("x", 254) + " y":      strings.Repeat("x", 254),
		"Groß" + strings.Repeat("\u00a0", 3): "gro",
		"\u212A":                             "k", // The Kelvin sign has a lower-case letter of ASCII.
	} {
		if got := iotcentral.SlugGroupID(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func FuzzSlugGroupID(f *testing.F) {
	f.Add("Azure Sphere")
	f.Add("-ä-")
	f.Fuzz(func(t *testing.T, name string) {
		slug := iotcentral.SlugGroupID(name)
		if slug != "" && iotcentral.CheckGroupID(slug) != nil {
			t.Errorf("%q becomes %q, which is no ID: %v", name, slug, iotcentral.CheckGroupID(slug))
		}
		if iotcentral.SlugGroupID(slug) != slug {
			t.Errorf("%q becomes %q, and that %q", name, slug, iotcentral.SlugGroupID(slug))
		}
	})
}
