// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// newOIDCToken presents the ID token that the configuration holds or names. The
// token of a Kubernetes service account is no different from any other once the
// webhook has written it to a file.
func newOIDCToken(method Method, cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if cfg.OIDCToken == "" && cfg.OIDCTokenFilePath == "" {
		return nil, configError("use_aks_workload_identity", "there is no service account token", "Label the pod azure.workload.identity/use: \"true\", so that AZURE_FEDERATED_TOKEN_FILE is set, or set oidc_token_file_path.", nil)
	}
	if err := cfg.requireApplication(method); err != nil {
		return nil, err
	}
	// The file is read here as well, so that a wrong path is reported on the
	// argument and not with the first token request.
	token, err := valueOrFile("oidc_token", cfg.OIDCToken, "oidc_token_file_path", cfg.OIDCTokenFilePath)
	if err != nil {
		return nil, err
	}
	path := cfg.OIDCTokenFilePath
	return newAssertion(cfg, options, func(context.Context) (string, error) {
		if path != "" {
			return readFile("oidc_token_file_path", path)
		}
		return token, nil
	})
}

// newAssertion returns a credential that presents an ID token, which it asks for
// whenever it needs an access token that is not in its cache.
func newAssertion(cfg Config, options azcore.ClientOptions, idToken func(context.Context) (string, error)) (azcore.TokenCredential, error) {
	noted := func(ctx context.Context) (string, error) {
		token, err := idToken(ctx)
		note(ctx, func(seen *attempt) { seen.assertion = err })
		return token, err
	}
	source, err := azidentity.NewClientAssertionCredential(cfg.TenantID, cfg.ClientID, noted, &azidentity.ClientAssertionCredentialOptions{
		ClientOptions:              options,
		AdditionallyAllowedTenants: cfg.AuxiliaryTenantIDs,
		DisableInstanceDiscovery:   cfg.DisableInstanceDiscovery,
	})
	if err != nil {
		return nil, configError("use_oidc", "it cannot be used", "", err)
	}
	return source, nil
}
