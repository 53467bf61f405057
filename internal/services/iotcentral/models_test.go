// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes/fwtypestest"
)

func resourceSchema(t *testing.T, made resource.Resource) tfsdk.State {
	t.Helper()
	var resp resource.SchemaResponse
	made.Schema(t.Context(), resource.SchemaRequest{}, &resp)

	return tfsdk.State{Schema: resp.Schema}
}

func dataSourceSchema(t *testing.T, made datasource.DataSource) tfsdk.State {
	t.Helper()
	var resp datasource.SchemaResponse
	made.Schema(t.Context(), datasource.SchemaRequest{}, &resp)

	return tfsdk.State{Schema: resp.Schema}
}

func listSchema(t *testing.T, made list.ListResource) tfsdk.State {
	t.Helper()
	var resp list.ListResourceSchemaResponse
	made.ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)

	return tfsdk.State{Schema: resp.Schema}
}

func TestModels_agreeWithTheirSchemas(t *testing.T) {
	t.Parallel()
	models := map[string]struct {
		schema tfsdk.State
		model  any
	}{
		"NewApplicationDataSource":                  {dataSourceSchema(t, NewApplicationDataSource()), &applicationModel{}},
		"NewAzureSphereTrustResource":               {resourceSchema(t, NewAzureSphereTrustResource()), &trustModel{}},
		"NewCertificateVerificationResource":        {resourceSchema(t, NewCertificateVerificationResource()), &verificationModel{}},
		"NewEnrollmentGroupCertificateDataSource":   {dataSourceSchema(t, NewEnrollmentGroupCertificateDataSource()), &groupCertificateDataModel{}},
		"NewEnrollmentGroupCertificateListResource": {listSchema(t, NewEnrollmentGroupCertificateListResource()), &groupCertificateListModel{}},
		"NewEnrollmentGroupCertificateResource":     {resourceSchema(t, NewEnrollmentGroupCertificateResource()), &groupCertificateModel{}},
		"NewEnrollmentGroupDataSource":              {dataSourceSchema(t, NewEnrollmentGroupDataSource()), &enrollmentGroup{}},
		"NewEnrollmentGroupListResource":            {listSchema(t, NewEnrollmentGroupListResource()), &enrollmentGroupListModel{}},
		"NewEnrollmentGroupResource":                {resourceSchema(t, NewEnrollmentGroupResource()), &enrollmentGroupModel{}},
		"NewEnrollmentGroupsDataSource":             {dataSourceSchema(t, NewEnrollmentGroupsDataSource()), &enrollmentGroupsModel{}},
		"NewVerificationCodeResource":               {resourceSchema(t, NewVerificationCodeResource()), &verificationCodeModel{}},
	}
	for name, one := range models {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fwtypestest.Agree(t, one.schema, one.model)
		})
	}
	if covered, all := slices.Sorted(maps.Keys(models)), fwtypestest.Constructors(t, "."); !slices.Equal(covered, all) {
		t.Errorf("this test covers\n%v, and there are\n%v", covered, all)
	}
}
