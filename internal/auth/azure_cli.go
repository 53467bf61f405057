// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"fmt"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// newAzureCLI returns a credential for the account that is signed in to the
// Azure CLI. It runs az for every token; nothing is sent from this process.
func newAzureCLI(cfg Config) (azcore.TokenCredential, error) {
	settings := azidentity.AzureCLICredentialOptions{
		AdditionallyAllowedTenants: cfg.AuxiliaryTenantIDs,
		TenantID:                   cfg.TenantID,
	}
	if cfg.TenantID == "" {
		// azidentity would pass both on, but az refuses both together:
		// https://github.com/Azure/azure-cli/issues/32755
		settings.Subscription = cfg.SubscriptionID
	}
	source, err := azidentity.NewAzureCLICredential(&settings)
	if err != nil {
		// The tenant has been checked: only the subscription is left.
		return nil, configError("subscription_id", fmt.Sprintf("%q is not a subscription", cfg.SubscriptionID), "Use the ID of the subscription, a UUID.", nil)
	}
	return source, nil
}
