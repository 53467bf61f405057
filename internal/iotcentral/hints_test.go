// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

func TestParse_saysWhatAnIDLooksLike(t *testing.T) {
	t.Parallel()
	groupID := func(text string) error {
		_, err := iotcentral.ParseGroupID(text)
		return err
	}
	certificateID := func(text string) error {
		_, err := iotcentral.ParseCertificateID(text)
		return err
	}
	for name, test := range map[string]struct {
		parse      func(string) error
		text, hint string
	}{
		"group_id for id":             {groupID, "sphere-devices", ".sphere.id instead of"},
		"a certificate for its group": {groupID, group().Certificate(iotcentral.Primary).String(), "use the id of the group"},
		"a group for its certificate": {certificateID, group().String(), "use the id of its certificate"},
		"id for group_id":             {iotcentral.CheckGroupID, group().String(), `its group_id is "sphere-Devices"`},
		"a bad group_id":              {iotcentral.CheckGroupID, "a_b", "letters, digits and hyphens"},
		"a resource ID":               {iotcentral.CheckApplication, "/subscriptions/x", "The data source iotcentral_application"},
		"a page of the portal":        {iotcentral.CheckApplication, "https://" + host + "/devices", "Leave out what follows the host"},
		"a host and a path":           {iotcentral.CheckApplication, host + "/x", "Leave out the slash"},
		"a display name":              {iotcentral.CheckApplication, "My application", "display name"},
		"a suffix with a dot":         {iotcentral.CheckDNSSuffix, ".azureiotcentral.com", "without a leading dot"},
	} {
		if err := test.parse(test.text); err == nil || !strings.Contains(err.Error(), test.hint) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: got %v, want %q", name, err, test.hint)
		}
	}
}

func TestCheckApplication_repeatsNoToken(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"SharedAccessSignature sr=x&sig=secret&skn=y&se=1", "https://user:secret@" + host} {
		if err := iotcentral.CheckApplication(text); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "iot_central.api_token") {
			t.Errorf("got %v", err)
		}
	}
}
