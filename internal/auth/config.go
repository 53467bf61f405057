// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"fmt"
	"strings"
)

// Config holds the identity arguments of the provider after environment
// variables and defaults have been applied. An empty string, an empty list and
// false mean "not set". White space around a value is ignored, except in
// ClientCertificatePassword. The zero Config allows no method at all.
type Config struct {
	// TenantID is the Microsoft Entra tenant: an ID or a domain name.
	TenantID string

	// AuxiliaryTenantIDs lists up to three further tenants that tokens may be
	// requested for.
	AuxiliaryTenantIDs []string

	// ClientID is the application (client) ID of the service principal, or the
	// client ID of a user-assigned managed identity.
	ClientID string

	// ClientIDFilePath names a file that holds ClientID. When both are set, they
	// must be equal.
	ClientIDFilePath string

	// ClientSecret is the secret of the service principal.
	ClientSecret string

	// ClientSecretFilePath names a file that holds ClientSecret. When both are
	// set, they must be equal.
	ClientSecretFilePath string

	// ClientCertificate holds the certificate and private key of the service
	// principal: PKCS#12 in base64. It is preferred to ClientCertificatePath.
	ClientCertificate string

	// ClientCertificatePath names a file with the certificate and private key of
	// the service principal: PKCS#12, or PEM with an unencrypted key.
	ClientCertificatePath string

	// ClientCertificatePassword opens the PKCS#12 bundle.
	ClientCertificatePassword string

	// OIDCToken is an ID token that a federated credential of the service
	// principal trusts.
	OIDCToken string

	// OIDCTokenFilePath names a file that holds such an ID token. It is read anew
	// for every token request, since these files rotate. When OIDCToken is set as
	// well, both must be equal.
	OIDCTokenFilePath string

	// OIDCRequestURL is where GitHub Actions or Azure DevOps issues ID tokens.
	OIDCRequestURL string

	// OIDCRequestToken authorizes the request to OIDCRequestURL.
	OIDCRequestToken string

	// ADOPipelineServiceConnectionID is the Azure DevOps service connection whose
	// ID token is asked for. When it is set, OIDCRequestURL and OIDCRequestToken
	// are those of Azure DevOps, otherwise those of GitHub Actions.
	ADOPipelineServiceConnectionID string

	// UseCLI allows the account that is signed in to the Azure CLI.
	UseCLI bool

	// UseMSI allows a managed identity.
	UseMSI bool

	// UseOIDC allows the methods that present an ID token.
	UseOIDC bool

	// UseAKSWorkloadIdentity allows the ID token of a Kubernetes service account.
	// TenantID, ClientID and OIDCTokenFilePath then hold what the workload
	// identity webhook put into the environment of the pod, where the provider
	// block does not set them.
	UseAKSWorkloadIdentity bool

	// MSIEndpoint is the URL that replaces the token endpoint of the instance
	// metadata service.
	MSIEndpoint string

	// SubscriptionID chooses the account of the Azure CLI when TenantID is not set.
	SubscriptionID string

	// DisableInstanceDiscovery keeps azidentity from validating the authority
	// host with Microsoft's public cloud, for disconnected authorities.
	DisableInstanceDiscovery bool
}

// trimmed returns the configuration without white space around its values. A
// trailing line break is common in a variable that a pipeline set
// from a file.
func (c Config) trimmed() Config {
	for _, value := range []*string{
		&c.TenantID, &c.ClientID, &c.ClientIDFilePath,
		&c.ClientSecret, &c.ClientSecretFilePath,
		&c.ClientCertificate, &c.ClientCertificatePath,
		&c.OIDCToken, &c.OIDCTokenFilePath, &c.OIDCRequestURL, &c.OIDCRequestToken,
		&c.ADOPipelineServiceConnectionID, &c.MSIEndpoint, &c.SubscriptionID,
	} {
		*value = strings.TrimSpace(*value)
	}
	tenants := make([]string, 0, len(c.AuxiliaryTenantIDs))
	for _, tenant := range c.AuxiliaryTenantIDs {
		if tenant = strings.TrimSpace(tenant); tenant != "" {
			tenants = append(tenants, tenant)
		}
	}
	c.AuxiliaryTenantIDs = tenants
	return c
}

// method returns the first method that is allowed and has an argument of its
// own set, in azurerm's order, or "". Whether its other arguments are complete
// is for the method to say: falling through to the next one would sign in as
// somebody else.
func (c Config) method() Method {
	switch {
	case c.ClientCertificate != "" || c.ClientCertificatePath != "":
		return ClientCertificate
	case c.ClientSecret != "" || c.ClientSecretFilePath != "":
		return ClientSecret
	case c.UseOIDC && (c.OIDCToken != "" || c.OIDCTokenFilePath != ""):
		return OIDCToken
	case c.UseOIDC && c.ADOPipelineServiceConnectionID != "":
		// Before GitHub: both use the same URL and token.
		return AzureDevOpsOIDC
	case c.UseOIDC && (c.OIDCRequestURL != "" || c.OIDCRequestToken != ""):
		return GitHubOIDC
	case c.UseAKSWorkloadIdentity:
		return AKSWorkloadIdentity
	case c.UseMSI:
		return ManagedIdentity
	case c.UseCLI:
		return AzureCLI
	}
	return ""
}

// checkTenants checks the form of the tenants, which azidentity would refuse
// without naming the argument.
func (c Config) checkTenants() error {
	const remedy = "Use the ID of the tenant (a GUID) or one of its domain names."
	if c.TenantID != "" && !isTenant(c.TenantID) {
		return configError("tenant_id", fmt.Sprintf("%q is not a Microsoft Entra tenant", c.TenantID), remedy, nil)
	}
	for _, tenant := range c.AuxiliaryTenantIDs {
		if !isTenant(tenant) {
			return configError("auxiliary_tenant_ids", fmt.Sprintf("not all of these are Microsoft Entra tenants: %q is none", tenant), remedy, nil)
		}
	}
	if len(c.AuxiliaryTenantIDs) > 3 {
		return configError("auxiliary_tenant_ids", "there are more than three", "Azure allows at most three auxiliary tenants.", nil)
	}
	return nil
}

func isTenant(value string) bool {
	return strings.IndexFunc(value, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '.' && r != '-'
	}) < 0
}

// requireApplication checks that tenant and client are there, which every
// method that signs in as an application needs.
func (c Config) requireApplication(method Method) error {
	if c.TenantID == "" {
		return configError("tenant_id", "signing in with the "+string(method)+" needs the Microsoft Entra tenant", "Set tenant_id or ARM_TENANT_ID.", nil)
	}
	if c.ClientID == "" {
		return configError("client_id", "signing in with the "+string(method)+" needs the ID of the application", "Set client_id, client_id_file_path, ARM_CLIENT_ID or ARM_CLIENT_ID_FILE_PATH.", nil)
	}
	return nil
}
