// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// TenantArgument names an Azure Sphere tenant by catalog_id or tenant_id, and by
// neither the provider's default.
type TenantArgument struct {
	CatalogID types.String `tfsdk:"catalog_id"`
	TenantID  types.String `tfsdk:"tenant_id"`
}

// CatalogIDValidators are those of catalog_id where tenant_id stands beside it.
func CatalogIDValidators() []validator.String {
	return []validator.String{
		fwtypes.Check("Not the ID of a catalog", sphere.CheckCatalogID),
		stringvalidator.ConflictsWith(path.MatchRelative().AtParent().AtName("tenant_id")),
	}
}

// TenantIDValidators are those of tenant_id. The conflict with catalog_id is
// reported there, once.
func TenantIDValidators() []validator.String {
	return []validator.String{fwtypes.Check("Not the ID of a tenant", sphere.CheckTenantID)}
}
