// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/url"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestTokens_goHomeOnly: a host outside the suffix of IoT Central receives neither
// the token of Entra nor an API token, whether it is an application or part of
// somebody else's ID.
func TestTokens_goHomeOnly(t *testing.T) {
	t.Parallel()
	for name, useAPIToken := range map[string]bool{"Entra": false, "API token": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			if useAPIToken {
				bench.Setenv("IOTCENTRAL_API_TOKEN", bench.Info().Applications[0].APIToken)
			}
			address, err := url.Parse(bench.Info().Applications[0].URL)
			if err != nil {
				t.Fatal(err)
			}
			foreign := "127.0.0.1:" + address.Port() // The same emulator, by a name that is not below the suffix.
			server := bench.NewServer()
			bench.ResetRequests()
			group := foreign + "/enrollmentGroups/devices"
			for what, found := range map[string][]string{
				"application":          server.PlanCreate(typeGroup, map[string]any{"application": foreign, "display_name": "Devices"}).Errors,
				"trust in a group":     server.PlanCreate(typeTrust, map[string]any{"enrollment_group_id": group}).Errors,
				"certificate":          server.Create(typeCertificate, map[string]any{"enrollment_group_id": group, "certificate_pem": bench.ActiveCA().PEM()}).Errors,
				"import of a group":    server.ImportByID(typeGroup, group).Errors,
				"groups":               server.ReadData("iotcentral_enrollment_groups", map[string]any{"application": foreign}).Errors,
				"data source of trust": server.ReadData(typeTrust, map[string]any{"enrollment_group_id": group}).Errors,
			} {
				if !containsOne(found, "no token is sent to "+foreign+", which is not below localhost:"+address.Port()) || !containsOne(found, "endpoints.iot_central_dns_suffix") {
					t.Errorf("%s: errors %q", what, found)
				}
			}
			for _, request := range bench.Requests() {
				if request.Service == "iotcentral" {
					t.Errorf("%s %s was sent to %s", request.Method, request.Path, request.Host)
				}
			}
		})
	}
}
