// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Method names a way to obtain tokens, for people and logs.
type Method string

// The methods, in the order in which [New] considers them, except that
// [AzureDevOpsOIDC] and [GitHubOIDC] exclude each other.
const (
	ClientCertificate   Method = "client certificate"
	ClientSecret        Method = "client secret"
	OIDCToken           Method = "OIDC token"
	GitHubOIDC          Method = "GitHub Actions OIDC"
	AzureDevOpsOIDC     Method = "Azure DevOps OIDC"
	AKSWorkloadIdentity Method = "AKS workload identity"
	ManagedIdentity     Method = "managed identity"
	AzureCLI            Method = "Azure CLI"
)

// Credential is a source of tokens that knows how it obtains them. Its GetToken
// fails with a [*TokenError].
type Credential struct {
	azcore.TokenCredential

	// Method is how the tokens are obtained.
	Method Method
}

// New returns the credential that cfg describes: the first method that is
// allowed and configured, in azurerm's order. A method that is configured in
// part is an error rather than a reason to try the next one.
//
// Token requests, and requests for the ID tokens of GitHub Actions and Azure
// DevOps, go through pipelines built from options. An empty authority host means
// the public cloud. Request bodies are never logged, whatever options say,
// because they hold secrets.
//
// Errors are of type [*ConfigError]. That nothing is configured is the one
// without an Argument, so that a caller that needs no token can go on.
func New(cfg Config, options azcore.ClientOptions) (Credential, error) {
	cfg = cfg.trimmed()
	if err := cfg.checkTenants(); err != nil {
		return Credential{}, err
	}
	clientID, err := valueOrFile("client_id", cfg.ClientID, "client_id_file_path", cfg.ClientIDFilePath)
	if err != nil {
		return Credential{}, err
	}
	cfg.ClientID = clientID

	options.Logging.IncludeBody = false
	options.PerRetryPolicies = slices.Concat([]policy.Policy{attemptPolicy{}}, options.PerRetryPolicies)
	if options.Cloud.ActiveDirectoryAuthorityHost == "" {
		// Otherwise azidentity reads it from AZURE_AUTHORITY_HOST.
		options.Cloud.ActiveDirectoryAuthorityHost = cloud.AzurePublic.ActiveDirectoryAuthorityHost
	}
	if !isHTTPS(options.Cloud.ActiveDirectoryAuthorityHost) {
		return Credential{}, configError("endpoints.active_directory_authority_host", fmt.Sprintf("%q is not an https URL", options.Cloud.ActiveDirectoryAuthorityHost), "Use a URL like https://login.microsoftonline.com/.", nil)
	}

	method := cfg.method()
	source, err := newSource(method, cfg, options)
	if err != nil {
		return Credential{}, err
	}
	return Credential{TokenCredential: namedSource{source, method, options.Retry, cfg.ClientID != ""}, Method: method}, nil
}

func newSource(method Method, cfg Config, options azcore.ClientOptions) (azcore.TokenCredential, error) {
	switch method {
	case ClientCertificate:
		return newClientCertificate(cfg, options)
	case ClientSecret:
		return newClientSecret(cfg, options)
	case OIDCToken, AKSWorkloadIdentity:
		return newOIDCToken(method, cfg, options)
	case GitHubOIDC:
		return newGitHub(cfg, options)
	case AzureDevOpsOIDC:
		return newAzureDevOps(cfg, options)
	case ManagedIdentity:
		return newManagedIdentity(cfg, options)
	case AzureCLI:
		return newAzureCLI(cfg)
	}
	return nil, errNothingConfigured(cfg)
}

// waysToSignIn are what can be configured, one a line.
const waysToSignIn = `
- a client certificate: client_certificate_path or client_certificate (ARM_CLIENT_CERTIFICATE_PATH, ARM_CLIENT_CERTIFICATE)
- a client secret: client_secret or client_secret_file_path (ARM_CLIENT_SECRET, ARM_CLIENT_SECRET_FILE_PATH)
- OIDC: use_oidc with oidc_token, oidc_token_file_path, or oidc_request_url and oidc_request_token (ARM_USE_OIDC with ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH, or ARM_OIDC_REQUEST_URL and ARM_OIDC_REQUEST_TOKEN)
- AKS workload identity: use_aks_workload_identity (ARM_USE_AKS_WORKLOAD_IDENTITY)
- a managed identity: use_msi (ARM_USE_MSI)
- the Azure CLI: use_cli (ARM_USE_CLI)`

// clientWithoutCredential is about a client ID that nothing signs in with.
const clientWithoutCredential = "client_id (ARM_CLIENT_ID) is set, but there is no client secret, client certificate or ID token for it" //nolint:gosec // it is a sentence

// errNothingConfigured says what could be configured. An allowed OIDC without an
// ID token is most often a GitHub workflow that lacks a permission, so that
// GitHub does not set its variables.
func errNothingConfigured(cfg Config) error {
	nothing := &ConfigError{
		Problem: "no way to sign in to Microsoft Entra ID is configured",
		Remedy:  "Configure one of these:" + waysToSignIn,
	}
	switch {
	case cfg.UseOIDC:
		nothing.Problem = "use_oidc (ARM_USE_OIDC) is set, but there is no ID token to present, and no other way to sign in to Microsoft Entra ID is configured"
		nothing.Remedy = "In GitHub Actions give the job the permission id-token: write. In Azure DevOps set ado_pipeline_service_connection_id and pass SYSTEM_ACCESSTOKEN to the task. " + nothing.Remedy
	case cfg.ClientID != "":
		nothing.Problem = clientWithoutCredential + ", so no way to sign in to Microsoft Entra ID is configured"
		nothing.Remedy = "Set client_secret (ARM_CLIENT_SECRET), or configure another of these:" + waysToSignIn
	}
	return nothing
}

// namedSource adds the method to the errors of a credential.
type namedSource struct {
	azcore.TokenCredential
	method Method
	retry  policy.RetryOptions
	// client says that a client ID is configured.
	client bool
}

func (s namedSource) GetToken(ctx context.Context, request policy.TokenRequestOptions) (azcore.AccessToken, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, signInTimeout, errSignInTimeout)
	defer cancel()
	ctx, seen := withAttempt(ctx)
	// A call that must not be repeated says so in its context. Its sign-in may be.
	ctx = policy.WithRetryOptions(ctx, s.retry)
	token, err := s.TokenCredential.GetToken(ctx, request)
	if err != nil {
		return azcore.AccessToken{}, &TokenError{Method: s.method, Err: seen.failure(ctx, err), unusedClient: s.client && s.method == AzureCLI}
	}
	return token, nil
}

func isHTTPS(address string) bool {
	parsed, err := url.Parse(address)
	return err == nil && parsed.Scheme == "https" && parsed.Host != ""
}
