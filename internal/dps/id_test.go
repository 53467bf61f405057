// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
)

func TestIDs_areReadAndWritten(t *testing.T) {
	t.Parallel()
	if id, err := dps.ParseGroupID(service + "/enrollmentGroups/sphere_1"); err != nil || id != group || id.String() != service+"/enrollmentGroups/sphere_1" {
		t.Errorf("got %v, %v", id, err)
	}
	if id, err := dps.ParseCertificateID(service + "/Certificates/sphere"); err != nil || id != certificate || id.String() != service+"/certificates/sphere" {
		t.Errorf("got %v, %v", id, err)
	}
	hub := strings.Replace(service, "provisioningServices", "IotHubs", 1)
	for _, text := range []string{
		"", "sphere", service, service + "/enrollmentGroups/", service + "/enrollmentGroups/a/b", service + "/enrollmentGroups/a b", service + "/groups/a",
		hub + "/enrollmentGroups/a", "/x" + service + "/enrollmentGroups/a", service + "/enrollmentGroups/a.",
		"contoso.azureiotcentral.com/enrollmentGroups/a",
	} {
		if id, err := dps.ParseGroupID(text); err == nil {
			t.Errorf("%q is read as %v", text, id)
		}
		if id, err := dps.ParseCertificateID(strings.Replace(text, "enrollmentGroups", "certificates", 1)); err == nil && text != service+"/enrollmentGroups/a." {
			t.Errorf("%q is read as %v", text, id)
		}
	}
}

func TestCheckServiceID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		service: true, strings.ToLower(service): true, service + "/": false, "": false, service + "/certificates/a": false,
		strings.Replace(service, "Contoso-DPS", "a_b", 1): false, strings.Replace(service, "Contoso-DPS", "contoso.dps", 1): false,
		strings.Replace(service, "Contoso-DPS", "-abc", 1): false, strings.Replace(service, "Microsoft.Devices", "Microsoft.Device", 1): false,
	} {
		if err := dps.CheckServiceID(id); (err == nil) != want {
			t.Errorf("%q: %v", id, err)
		}
	}
	if !dps.SameService(service, strings.ToUpper(service)) || dps.SameService(service, service+"x") {
		t.Error("services are not compared without case")
	}
}

func TestCheckCertificateName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"azure-sphere_1.a": true, "": false, "a b": false, "a/b": false, strings.Repeat("a", 257): false} {
		if err := dps.CheckCertificateName(name); (err == nil) != want {
			t.Errorf("%q: %v", name, err)
		}
	}
}
