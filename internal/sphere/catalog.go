// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"context"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Catalog is an Azure Sphere tenant as a resource of Azure.
type Catalog struct {
	// ID is the Azure resource ID, as the service spells it. The other three are
	// parts of it.
	ID, SubscriptionID, ResourceGroup, Name string
	// TenantID is the UUID of the Azure Sphere tenant, which the CA's subject and
	// the device's app_manifest.json name.
	TenantID string
	// Location is "global".
	Location string
	// ProvisioningState is Succeeded for a catalog that can be used.
	ProvisioningState string
	// Tags are those of the Azure resource.
	Tags map[string]string
}

// Catalog reads the catalog itself.
func (t *Integrated) Catalog(ctx context.Context) (Catalog, error) {
	var found struct {
		ID         string            `json:"id"`
		Location   string            `json:"location"`
		Tags       map[string]string `json:"tags"`
		Properties struct {
			TenantID          string `json:"tenantId"`
			ProvisioningState string `json:"provisioningState"`
		} `json:"properties"`
	}
	err := t.client.Send(ctx, transport.Call{
		Operation: "read the catalog",
		Method:    http.MethodGet,
		URL:       t.address(""),
	}, &found)
	if err != nil {
		return Catalog{}, err
	}
	if found.ID == "" {
		found.ID = t.scope.CatalogID
	}
	id, err := arm.ParseResourceID(found.ID)
	if err != nil {
		return Catalog{}, fmt.Errorf("the catalog has an unexpected ID: %w", err)
	}

	return Catalog{
		ID:                found.ID,
		SubscriptionID:    id.SubscriptionID,
		ResourceGroup:     id.ResourceGroupName,
		Name:              id.Name,
		TenantID:          found.Properties.TenantID,
		Location:          found.Location,
		ProvisioningState: found.Properties.ProvisioningState,
		Tags:              found.Tags,
	}, nil
}
