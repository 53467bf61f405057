// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// TokenError is a failure to obtain a token. [Explain] says what to do about it.
type TokenError struct {
	// Method is how the token was to be obtained, or "" when no method could be
	// set up.
	Method Method

	// Err is the reason. An answer without a token is an [*AnswerError].
	Err error

	// unusedClient says that a client ID is configured that the method does not use.
	unusedClient bool
}

// Error names the method and the reason. The text passes Redact.
func (e *TokenError) Error() string {
	if e.Method == "" {
		return Redact("no token could be obtained: " + e.Err.Error())
	}
	return Redact(fmt.Sprintf("no token could be obtained with the %s: %s", e.Method, e.Err))
}

// Unwrap returns the reason.
func (e *TokenError) Unwrap() error { return e.Err }

// Explain returns a short text for people that says why a token could not be
// obtained and what to do, or "" when err is no failed token request or nothing
// is known about its cause. It begins with the code of Microsoft Entra ID, if
// there is one.
func Explain(err error) string {
	var failed *TokenError
	if !errors.As(err, &failed) {
		return ""
	}
	explained := failed.explain()
	if failed.unusedClient {
		explained = strings.TrimSpace(clientWithoutCredential + ", so the provider uses the Azure CLI. Set client_secret (ARM_CLIENT_SECRET), or run az login. " + explained)
	}
	return explained
}

func (e *TokenError) explain() string {
	for _, code := range entraCodes(e.Err) {
		if text := explainCode(code); text != "" {
			return fmt.Sprintf("AADSTS%d: %s", code, text)
		}
	}
	switch e.Method {
	case AzureCLI:
		return explainAzureCLI(e.Err)
	case ManagedIdentity:
		return explainManagedIdentity(e.Err)
	default:
		return ""
	}
}

// entraCodes returns the error codes of an answer of Microsoft Entra ID, or
// those in the text when there is no answer: the Azure CLI has nothing but text.
func entraCodes(err error) []int {
	var answered *AnswerError
	if errors.As(err, &answered) {
		return answered.Codes
	}
	return codesInText(err.Error())
}

func codesInText(text string) []int {
	var codes []int
	for _, match := range regexp.MustCompile(`AADSTS(\d+)`).FindAllStringSubmatch(text, -1) {
		if code, err := strconv.Atoi(match[1]); err == nil {
			codes = append(codes, code)
		}
	}
	return codes
}

// explainCode covers what a wrong configuration leads to. The codes are
// documented at https://learn.microsoft.com/entra/identity-platform/reference-error-codes
// and never reused.
func explainCode(code int) string {
	switch code {
	case 7000215:
		return "the client secret is wrong. Set client_secret (ARM_CLIENT_SECRET) to the secret's value, not to its ID."
	case 7000222:
		return "the client secret has expired. Create a new one for the application and set client_secret (ARM_CLIENT_SECRET)."
	case 700016, 7000229:
		return "the tenant has no such application. Check client_id (ARM_CLIENT_ID) and tenant_id (ARM_TENANT_ID)."
	case 7000112:
		return "the application is disabled in this tenant."
	case 90002, 900021, 900023:
		return "there is no such tenant. Check tenant_id (ARM_TENANT_ID) and environment (ARM_ENVIRONMENT)."
	case 70021, 700211, 700212, 700213:
		return "the application has no federated credential that matches the ID token. Issuer, subject and audience must be equal to the token's, upper and lower case included; the subject changes with branch, environment and repository of the pipeline."
	case 700024:
		return "the ID token or client assertion is not valid at this time. Check the clock of this machine; an oidc_token that was fetched early may have expired, so prefer oidc_token_file_path or oidc_request_url."
	case 700027:
		return "the client certificate does not belong to the application, or has expired. Upload it to the application's certificates, and check client_certificate (ARM_CLIENT_CERTIFICATE) or client_certificate_path (ARM_CLIENT_CERTIFICATE_PATH)."
	case 500011:
		return "the service that the token is for is unknown in this tenant. Check tenant_id (ARM_TENANT_ID), and that the tenant has used this service before."
	case 50076, 50079:
		return "the account needs multi-factor authentication. Run az login again, for this tenant, or use an application instead of a person."
	case 50173, 70043, 700082, 700084:
		return "the sign-in of the Azure CLI has expired. Run az login."
	case 53003, 530003:
		return "a Conditional Access policy does not allow this sign-in."
	}
	return ""
}

// explainAzureCLI goes by the text, because text is all that az returns. A
// wording that has changed costs the explanation, nothing else.
func explainAzureCLI(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "not found on path"):
		return "the Azure CLI is not installed, or az is not on the PATH. It is used because no other method is configured: with use_oidc that means that there is no ID token, and in GitHub Actions that the job lacks the permission id-token: write."
	case strings.Contains(text, "az login"):
		return "nobody is signed in to the Azure CLI, or not for this tenant. Run az login, with --tenant if tenant_id (ARM_TENANT_ID) is set."
	case strings.Contains(text, "signal: killed"):
		return "the Azure CLI did not answer in time. Run az account get-access-token to see whether it works at all."
	case strings.Contains(text, "Tenant shouldn't be specified"):
		return "the Azure CLI is signed in with a managed identity, which excludes tenant_id (ARM_TENANT_ID). Unset it, or set use_msi (ARM_USE_MSI) instead."
	}
	return ""
}

func explainManagedIdentity(err error) string {
	var answered *AnswerError
	if !errors.As(err, &answered) {
		return "the managed identity endpoint does not answer. Check that this machine runs in Azure, and msi_endpoint (ARM_MSI_ENDPOINT); otherwise set use_msi (ARM_USE_MSI) to false."
	}
	return "the managed identity endpoint refuses. Check that this machine has a managed identity, and for a user-assigned one that client_id (ARM_CLIENT_ID) is its client ID."
}
