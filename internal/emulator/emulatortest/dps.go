// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulatortest

import (
	"net/http"
	"strings"
)

// Versions of the APIs of Device Provisioning Service: in Resource Manager, and of its data plane.
const (
	ProvisioningVersion = "2022-12-12"
	EnrollmentVersion   = "2021-10-01"
)

// DPS sends a request about the first provisioning service to Resource Manager: path follows its resource ID. An ifMatch that
// is not empty is sent as it is.
func (s *Session) DPS(method, path, body, ifMatch string) *Reply {
	s.T.Helper()
	return s.DPSAs("owner", method, path, body, ifMatch)
}

// DPSAs is DPS for the named principal.
func (s *Session) DPSAs(principal, method, path, body, ifMatch string) *Reply {
	s.T.Helper()
	headers := []string{"Authorization", s.Token(s.Info.Audiences.ResourceManager, principal)}
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	if ifMatch != "" {
		headers = append(headers, "If-Match", ifMatch)
	}
	return s.Send(method, strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/")+s.Info.ProvisioningServices[0].ResourceID+path+
		"?api-version="+ProvisioningVersion, []byte(body), headers...)
}

// Enrollment sends a request to the data plane of the first provisioning service, with further headers.
func (s *Session) Enrollment(method, path, body string, headers ...string) *Reply {
	s.T.Helper()
	return s.EnrollmentAs("owner", method, path, body, headers...)
}

// EnrollmentAs is Enrollment for the named principal.
func (s *Session) EnrollmentAs(principal, method, path, body string, headers ...string) *Reply {
	s.T.Helper()
	headers = append(headers, "Authorization", s.Token(s.Info.Audiences.DPS, principal))
	if body != "" {
		headers = append(headers, "Content-Type", "application/json")
	}
	return s.Send(method, s.EnrollmentURL(path), []byte(body), headers...)
}

// EnrollmentURL is the address of a path in the data plane of the first provisioning service.
func (s *Session) EnrollmentURL(path string) string {
	return "https://" + s.Info.ProvisioningServices[0].Name + "." + s.Info.Endpoints.DPSDNSSuffix + path + "?api-version=" + EnrollmentVersion
}

// DPSCertificate uploads a certificate to the first provisioning service, and returns its etag.
func (s *Session) DPSCertificate(name, encoded string, verified bool) string {
	s.T.Helper()
	return s.DPS(http.MethodPut, "/certificates/"+name, JSON(map[string]any{
		"properties": map[string]any{"certificate": encoded, "isVerified": verified},
	}), "").Want(http.StatusOK).Text("etag")
}

// Referring is the body of an X.509 enrollment group that refers to certificates.
func Referring(group, primary, secondary string) string {
	references := map[string]string{"primary": primary}
	if secondary != "" {
		references["secondary"] = secondary
	}
	return JSON(map[string]any{
		"enrollmentGroupId": group,
		"attestation":       map[string]any{"type": "x509", "x509": map[string]any{"caReferences": references}},
	})
}
