// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// idTokenService describes how a pipeline service issues ID tokens.
type idTokenService struct {
	// name of the service, for errors.
	name string
	// method of the request.
	method string
	// query is added to the URL, except for what the URL has already.
	query url.Values
	// header is sent beside Accept and Authorization.
	header map[string]string
	// field of the answer that holds the token.
	field string
	// hint ends the errors of a request that the service does not fulfil.
	hint string
}

// idTokenRequest is a request for an ID token that can be sent repeatedly.
type idTokenRequest struct {
	idTokenService
	url      string
	bearer   string
	pipeline runtime.Pipeline
}

func newIDTokenRequest(service idTokenService, cfg Config, options azcore.ClientOptions) (*idTokenRequest, error) {
	if cfg.OIDCRequestURL == "" {
		return nil, configError("oidc_request_url", "the URL that issues ID tokens is missing",
			"In GitHub Actions give the job the permission id-token: write, so that ACTIONS_ID_TOKEN_REQUEST_URL is set; Azure DevOps sets SYSTEM_OIDCREQUESTURI.", nil)
	}
	if cfg.OIDCRequestToken == "" {
		return nil, configError("oidc_request_token", "the token for requests to oidc_request_url is missing",
			"In GitHub Actions give the job the permission id-token: write, so that ACTIONS_ID_TOKEN_REQUEST_TOKEN is set; in Azure DevOps pass SYSTEM_ACCESSTOKEN to the task.", nil)
	}
	address, err := url.Parse(cfg.OIDCRequestURL)
	if err != nil || address.Scheme != "https" || address.Host == "" {
		return nil, configError("oidc_request_url", "this is not an https URL",
			"It must be https because oidc_request_token is sent to it.", nil)
	}
	query := address.Query()
	for name, values := range service.query {
		if !query.Has(name) {
			query[name] = values
		}
	}
	address.RawQuery = query.Encode()
	return &idTokenRequest{
		idTokenService: service,
		url:            address.String(),
		bearer:         cfg.OIDCRequestToken,
		pipeline:       runtime.NewPipeline("azuresphere", "", runtime.PipelineOptions{}, &options),
	}, nil
}

// send returns a new ID token. Its errors repeat nothing of the answer, which
// may hold a token.
func (r *idTokenRequest) send(ctx context.Context) (string, error) {
	request, err := runtime.NewRequest(ctx, r.method, r.url)
	if err != nil {
		return "", fmt.Errorf("asking %s for an ID token: %w", r.name, err)
	}
	header := request.Raw().Header
	header.Set("Accept", "application/json")
	header.Set("Authorization", "Bearer "+r.bearer)
	for name, value := range r.header {
		header.Set(name, value)
	}

	response, err := r.pipeline.Do(request) //nolint:bodyclose // Payload closes it.
	if err != nil {
		return "", fmt.Errorf("asking %s for an ID token: %w", r.name, err)
	}
	body, err := runtime.Payload(response)
	if err != nil {
		return "", fmt.Errorf("reading the ID token of %s: %w", r.name, err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answered %d %s when asked for an ID token. %s", r.name, response.StatusCode, http.StatusText(response.StatusCode), r.hint)
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return "", fmt.Errorf("%s did not answer with JSON when asked for an ID token. %s", r.name, r.hint)
	}
	token, _ := fields[r.field].(string)
	if token == "" {
		return "", fmt.Errorf("%s answered without an ID token. %s", r.name, r.hint)
	}
	return token, nil
}
