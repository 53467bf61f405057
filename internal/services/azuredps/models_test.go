// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
)

func TestModels_agreeWithTheirSchemas(t *testing.T) {
	t.Parallel()
	trust, trustData := azureiotcentral.TrustModels()
	fwtypestest.AllAgree(t, ".", map[string]fwtypestest.Model{
		"NewCertificateVerificationResource": {Of: NewCertificateVerificationResource(), Into: &verificationModel{}},
		"NewDPSDataSource":                   {Of: NewDPSDataSource(), Into: &serviceModel{}},
		"NewEnrollmentGroupDataSource":       {Of: NewEnrollmentGroupDataSource(), Into: &enrollmentGroup{}},
		"NewEnrollmentGroupListResource":     {Of: NewEnrollmentGroupListResource(), Into: &enrollmentGroupListModel{}},
		"NewEnrollmentGroupResource":         {Of: NewEnrollmentGroupResource(), Into: &enrollmentGroupModel{}},
		"NewTrustDataSource":                 {Of: NewTrustDataSource(), Into: trustData},
		"NewTrustResource":                   {Of: NewTrustResource(), Into: trust},
	})
}
