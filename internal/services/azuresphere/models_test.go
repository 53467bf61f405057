// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
)

func TestModels_agreeWithTheirSchemas(t *testing.T) {
	t.Parallel()
	fwtypestest.AllAgree(t, ".", map[string]fwtypestest.Model{
		"NewCatalogDataSource":                  {Of: NewCatalogDataSource(), Into: &catalogModel{}},
		"NewProofOfPossessionEphemeralResource": {Of: NewProofOfPossessionEphemeralResource(), Into: &proofOfPossession{}},
		"NewProofOfPossessionResource":          {Of: NewProofOfPossessionResource(), Into: &proofOfPossessionModel{}},
		"NewTenantCADataSource":                 {Of: NewTenantCADataSource(), Into: &tenantCA{}},
		"NewTenantCAListResource":               {Of: NewTenantCAListResource(), Into: &services.TenantArgument{}},
		"NewTenantCAResource":                   {Of: NewTenantCAResource(), Into: &tenantCAModel{}},
		"NewTenantCAsDataSource":                {Of: NewTenantCAsDataSource(), Into: &tenantCAsModel{}},
		"NewTenantDataSource":                   {Of: NewTenantDataSource(), Into: &tenantModel{}},
	})
}
