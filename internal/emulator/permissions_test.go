// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestPrincipals_mayDoWhatTheirRolesSay(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	entry := s.Entry("g")
	serial, _ := s.ActiveCA()
	certificate := s.Info.CatalogID + "/certificates/" + serial
	type statuses struct{ read, chain, deployments, proof, write, group, code, tenant, legacyProof int }
	for name, want := range map[string]statuses{
		"owner":            {200, 200, 200, 200, 200, 200, 200, 200, 200},
		"managed-identity": {200, 200, 200, 200, 200, 200, 200, 200, 200},
		"contributor":      {200, 200, 200, 200, 200, 200, 200, 200, 200},
		"publisher":        {200, 200, 403, 200, 403, 200, 200, 200, 403},
		"reader":           {200, 200, 200, 403, 403, 200, 403, 200, 403},
		"stranger":         {403, 403, 403, 403, 403, 403, 403, 403, 403},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.In(t)
			central := func(method, path string) int {
				return s.Send(method, s.CentralURL(path, emulatortest.PreviewVersion), nil,
					"Authorization", s.Token(s.Info.Audiences.IoTCentral, name)).Status
			}
			legacy := func(path string) int {
				return s.Send(http.MethodGet, strings.TrimSuffix(s.Info.Endpoints.AzureSphere, "/")+"/v2/tenants/"+s.Info.SphereTenantID+path, nil,
					"Authorization", s.Token(s.Info.Audiences.AzureSphere, name)).Status
			}
			got := statuses{
				s.ARMAs(name, http.MethodGet, certificate, "").Status,
				s.ARMAs(name, http.MethodPost, certificate+"/retrieveCertChain", "").Status,
				s.ARMAs(name, http.MethodPost, s.Info.CatalogID+"/listDeployments", "").Status,
				s.ARMAs(name, http.MethodPost, certificate+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`).Status,
				s.ARMAs(name, http.MethodPatch, s.Info.CatalogID, `{"tags":{}}`).Status,
				central(http.MethodGet, "/enrollmentGroups/g"),
				central(http.MethodPost, entry+"/generateVerificationCode"),
				legacy("/cert"),
				legacy("/verification/n"),
			}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
	refused := s.ARMAs("reader", http.MethodPost, certificate+"/retrieveProofOfPossessionNonce", `{"proofOfPossessionNonce":"n"}`)
	if refused.Text("error", "code") != "AuthorizationFailed" ||
		!strings.Contains(refused.Text("error", "message"), "Microsoft.AzureSphere/catalogs/certificates/retrieveProofOfPossessionNonce/action") {
		t.Errorf("answered %s", refused.Body)
	}
}
