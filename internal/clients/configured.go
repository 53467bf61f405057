// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resource gives a resource the clients of its provider. Resources embed it.
// Clients is nil while a configuration is only validated.
type Resource struct{ *Clients }

// Configure implements resource.ResourceWithConfigure.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.Clients = fromProviderData(req.ProviderData, &resp.Diagnostics)
}

// DataSource gives a data source the clients of its provider.
type DataSource struct{ *Clients }

// Configure implements datasource.DataSourceWithConfigure.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.Clients = fromProviderData(req.ProviderData, &resp.Diagnostics)
}

func fromProviderData(data any, diags *diag.Diagnostics) *Clients {
	if data == nil {
		return nil
	}
	configured, ok := data.(*Clients)
	if !ok {
		diags.AddError("Provider not configured",
			fmt.Sprintf("Expected *clients.Clients, got %T. This is an error in the provider: report it as an issue.", data))
	}

	return configured
}
