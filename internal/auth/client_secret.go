// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

func newClientSecret(cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if err := cfg.requireApplication(ClientSecret); err != nil {
		return nil, err
	}
	secret, err := valueOrFile("client_secret", cfg.ClientSecret, "client_secret_file_path", cfg.ClientSecretFilePath)
	if err != nil {
		return nil, err
	}
	source, err := azidentity.NewClientSecretCredential(cfg.TenantID, cfg.ClientID, secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions:              options,
		AdditionallyAllowedTenants: cfg.AuxiliaryTenantIDs,
		DisableInstanceDiscovery:   cfg.DisableInstanceDiscovery,
	})
	if err != nil {
		return nil, configError("client_secret", "it cannot be used", "", err)
	}
	return source, nil
}
