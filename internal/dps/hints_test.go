// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
)

func TestParse_saysWhatAnIDLooksLike(t *testing.T) {
	t.Parallel()
	groupID := func(text string) error {
		_, err := dps.ParseGroupID(text)
		return err
	}
	certificateID := func(text string) error {
		_, err := dps.ParseCertificateID(text)
		return err
	}
	for name, test := range map[string]struct {
		parse      func(string) error
		text, hint string
	}{
		"group_id for id":                 {groupID, "sphere-devices", ".sphere.id instead of"},
		"a service for its group":         {groupID, service, "This is the ID of the service"},
		"a group of IoT Central":          {groupID, "contoso.azureiotcentral.com/enrollmentGroups/a", "use iotcentral_azure_sphere_trust"},
		"name for id":                     {certificateID, "sphere", "azurerm_iothub_dps_certificate.sphere.id instead of"},
		"a service for its certificate":   {certificateID, service, "This is the ID of the service"},
		"a group for a certificate":       {certificateID, group.String(), "This is the ID of an enrollment group"},
		"id for group_id":                 {dps.CheckGroupID, group.String(), `its group_id is "sphere_1"`},
		"a bad group_id":                  {dps.CheckGroupID, "a b", "letters, digits, hyphens"},
		"id for name":                     {dps.CheckCertificateName, certificate.String(), `its name is "sphere"`},
		"a bad name":                      {dps.CheckCertificateName, "a b", "letters, digits, hyphens"},
		"the name of a service":           {dps.CheckServiceID, "contoso-dps", "az iot dps show"},
		"an ID scope":                     {dps.CheckServiceID, "0ne00AB12CD", "looks like the ID scope"},
		"an address":                      {dps.CheckServiceID, "https://portal.azure.com/#@x/resource" + service, "leave out everything before /subscriptions/"},
		"a group for its service":         {dps.CheckServiceID, group.String(), "end it after the name of the service"},
		"another resource of Azure":       {dps.CheckServiceID, strings.Replace(service, "provisioningServices", "IotHubs", 1), "another Azure resource"},
		"something that looks like no ID": {dps.CheckServiceID, "a b", "/providers/Microsoft.Devices/provisioningServices/<name>"},
	} {
		if err := test.parse(test.text); err == nil || !strings.Contains(err.Error(), test.hint) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, want %q", name, err, test.hint)
		}
	}
}
