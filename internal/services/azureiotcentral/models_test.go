// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
)

func TestModels_agreeWithTheirSchemas(t *testing.T) {
	t.Parallel()
	fwtypestest.AllAgree(t, ".", map[string]fwtypestest.Model{
		"NewApplicationDataSource":                  {Of: NewApplicationDataSource(), Into: &applicationModel{}},
		"NewAzureSphereTrustDataSource":             {Of: NewAzureSphereTrustDataSource(), Into: &trustDataModel{}},
		"NewAzureSphereTrustResource":               {Of: NewAzureSphereTrustResource(), Into: &trustModel{}},
		"NewCertificateVerificationResource":        {Of: NewCertificateVerificationResource(), Into: &verificationModel{}},
		"NewEnrollmentGroupCertificateDataSource":   {Of: NewEnrollmentGroupCertificateDataSource(), Into: &groupCertificateDataModel{}},
		"NewEnrollmentGroupCertificateListResource": {Of: NewEnrollmentGroupCertificateListResource(), Into: &groupCertificateListModel{}},
		"NewEnrollmentGroupCertificateResource":     {Of: NewEnrollmentGroupCertificateResource(), Into: &groupCertificateModel{}},
		"NewEnrollmentGroupDataSource":              {Of: NewEnrollmentGroupDataSource(), Into: &enrollmentGroup{}},
		"NewEnrollmentGroupListResource":            {Of: NewEnrollmentGroupListResource(), Into: &enrollmentGroupListModel{}},
		"NewEnrollmentGroupResource":                {Of: NewEnrollmentGroupResource(), Into: &enrollmentGroupModel{}},
		"NewEnrollmentGroupsDataSource":             {Of: NewEnrollmentGroupsDataSource(), Into: &enrollmentGroupsModel{}},
		"NewTrustDataSource":                        {Of: NewTrustDataSource(centralTarget{}), Into: &trustDataModel{}},
		"NewTrustResource":                          {Of: NewTrustResource(centralTarget{}), Into: &trustModel{}},
		"NewVerificationCodeResource":               {Of: NewVerificationCodeResource(), Into: &verificationCodeModel{}},
	})
}
