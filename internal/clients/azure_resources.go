// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Catalog reads a catalog (Integrated).
func (c *Clients) Catalog(ctx context.Context, catalogID string) (sphere.Catalog, error) {
	return sphere.NewIntegrated(c.integrated, c.config.ResourceManagerEndpoint, catalogID).Catalog(ctx)
}

// Directory returns the directory of Azure Sphere (Legacy) tenants.
func (c *Clients) Directory() *sphere.Directory {
	return sphere.NewDirectory(c.legacy, c.config.SphereEndpoint)
}

// ApplicationResource reads the Azure resource of an IoT Central application.
func (c *Clients) ApplicationResource(ctx context.Context, id string) (iotcentral.Resource, error) {
	return iotcentral.ReadResource(ctx, c.management, c.config.ResourceManagerEndpoint, id)
}
