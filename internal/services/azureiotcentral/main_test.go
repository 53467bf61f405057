// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// The types of the tests that drive the provider by its protocol.
const (
	typeGroup        = "iotcentral_enrollment_group"
	typeCertificate  = "iotcentral_enrollment_group_certificate"
	typeVerification = "iotcentral_certificate_verification"
	typeTrust        = "iotcentral_azure_sphere_trust"
)

func groupID(bench *acctest.Bench) string { return bench.Host() + "/enrollmentGroups/" + groupName }

// hasOne reports whether there is one text, with all the parts.
func hasOne(texts []string, parts ...string) bool {
	for _, part := range parts {
		if len(texts) != 1 || !strings.Contains(texts[0], part) {
			return false
		}
	}

	return true
}

// hasAll reports whether one of the texts has all the parts.
func hasAll(texts []string, parts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
	})
}
