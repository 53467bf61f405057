// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// newAzureDevOps presents ID tokens of an Azure DevOps service connection. It
// does not use azidentity's AzurePipelinesCredential, which reads the URL from
// the process environment.
func newAzureDevOps(cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	if err := cfg.requireApplication(AzureDevOpsOIDC); err != nil {
		return nil, err
	}
	request, err := newIDTokenRequest(idTokenService{
		name:   "Azure DevOps",
		method: http.MethodPost,
		query: url.Values{
			"api-version":         {"7.1"},
			"serviceConnectionId": {cfg.ADOPipelineServiceConnectionID},
		},
		// Without it a bad token is answered with a redirect to a sign-in page.
		header: map[string]string{"X-TFS-FedAuthRedirect": "Suppress"},
		field:  "oidcToken",
		hint:   "Check ado_pipeline_service_connection_id, that the pipeline may use this service connection, and that oidc_request_token is the job's SYSTEM_ACCESSTOKEN.",
	}, cfg, options)
	if err != nil {
		return nil, err
	}
	return newAssertion(cfg, options, request.send)
}
