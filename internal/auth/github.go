// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// newGitHub presents ID tokens of GitHub Actions, which live for minutes only
// and are therefore asked for anew with every token request.
func newGitHub(cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if err := cfg.requireApplication(GitHubOIDC); err != nil {
		return nil, err
	}
	request, err := newIDTokenRequest(idTokenService{
		name:   "GitHub Actions",
		method: http.MethodGet,
		query:  url.Values{"audience": {"api://AzureADTokenExchange"}},
		field:  "value",
		hint:   "Check oidc_request_url and oidc_request_token: GitHub's are valid during their own job only. In Azure DevOps set ado_pipeline_service_connection_id.",
	}, cfg, options)
	if err != nil {
		return nil, err
	}
	return newAssertion(cfg, options, request.send)
}
