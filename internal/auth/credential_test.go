// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// application returns a configuration with tenant and client, changed by edit.
func application(edit func(*auth.Config)) auth.Config {
	cfg := auth.Config{TenantID: tenant, ClientID: client}
	edit(&cfg)
	return cfg
}

// everything returns a configuration in which every method is complete and
// allowed.
func everything(t *testing.T) auth.Config {
	return auth.Config{
		TenantID:                       tenant,
		ClientID:                       client,
		ClientCertificate:              testFixtures().bundleBase64,
		ClientCertificatePassword:      password,
		ClientSecret:                   secret,
		OIDCTokenFilePath:              writeFile(t, idToken),
		OIDCRequestURL:                 "https://pipelines.example.test/idtoken",
		OIDCRequestToken:               requestToken,
		ADOPipelineServiceConnectionID: "33333333-3333-3333-3333-333333333333",
		UseCLI:                         true,
		UseMSI:                         true,
		UseOIDC:                        true,
		UseAKSWorkloadIdentity:         true,
	}
}

func TestNew_takesTheFirstConfiguredMethodInAzurermsOrder(t *testing.T) {
	t.Parallel()
	cfg := everything(t)

	// Each step takes away what the step before has chosen.
	steps := []struct {
		remove func(*auth.Config)
		want   auth.Method
	}{
		{func(*auth.Config) {}, auth.ClientCertificate},
		{func(c *auth.Config) { c.ClientCertificate = "" }, auth.ClientSecret},
		{func(c *auth.Config) { c.ClientSecret = "" }, auth.OIDCToken},
		{func(c *auth.Config) { c.OIDCToken, c.OIDCTokenFilePath = "", "" }, auth.AzureDevOpsOIDC},
		{func(c *auth.Config) { c.ADOPipelineServiceConnectionID = "" }, auth.GitHubOIDC},
		{func(c *auth.Config) { c.UseOIDC, c.OIDCTokenFilePath = false, writeFile(t, idToken) }, auth.AKSWorkloadIdentity},
		{func(c *auth.Config) { c.UseAKSWorkloadIdentity = false }, auth.ManagedIdentity},
		{func(c *auth.Config) { c.UseMSI = false }, auth.AzureCLI},
	}
	for _, step := range steps {
		step.remove(&cfg)
		credential := mustNew(t, cfg, (&entra{}).options())
		if credential.Method != step.want {
			t.Errorf("method = %q, want %q", credential.Method, step.want)
		}
	}
}

func TestNew_method(t *testing.T) {
	t.Parallel()
	f := testFixtures()
	tests := map[string]struct {
		cfg  auth.Config
		want auth.Method
	}{
		"PKCS#12 file": {application(func(c *auth.Config) {
			c.ClientCertificatePath, c.ClientCertificatePassword = writeFile(t, string(f.bundle)), password
		}), auth.ClientCertificate},
		"PKCS#12 file of old tools": {application(func(c *auth.Config) {
			c.ClientCertificatePath, c.ClientCertificatePassword = writeFile(t, string(f.oldBundle)), password
		}), auth.ClientCertificate},
		"PKCS#12 file without a password": {application(func(c *auth.Config) {
			c.ClientCertificatePath = writeFile(t, string(f.openBundle))
		}), auth.ClientCertificate},
		"PKCS#12 file with the issuer first": {application(func(c *auth.Config) {
			c.ClientCertificatePath, c.ClientCertificatePassword = writeFile(t, string(f.lateBundle)), password
		}), auth.ClientCertificate},
		"PEM file": {application(func(c *auth.Config) {
			c.ClientCertificatePath = writeFile(t, f.pem)
		}), auth.ClientCertificate},
		"PEM file of old tools": {application(func(c *auth.Config) {
			c.ClientCertificatePath = writeFile(t, f.oldPEM)
		}), auth.ClientCertificate},
		"PEM file with attributes before the blocks": {application(func(c *auth.Config) {
			c.ClientCertificatePath = writeFile(t, "Bag Attributes\n    localKeyID: 01\n"+f.certPEM+f.keyPEM)
		}), auth.ClientCertificate},
		"base64 with line breaks": {application(func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword = f.bundleBase64[:76]+"\n"+f.bundleBase64[76:]+"\n", password
		}), auth.ClientCertificate},
		"certificate in the configuration before certificate file": {application(func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword, c.ClientCertificatePath = f.bundleBase64, password, "/nowhere"
		}), auth.ClientCertificate},
		"client ID and secret from files": {auth.Config{
			TenantID: tenant, ClientIDFilePath: writeFile(t, client+"\n"), ClientSecretFilePath: writeFile(t, secret+"\n"),
		}, auth.ClientSecret},
		"values equal to their files": {auth.Config{
			TenantID: tenant, ClientID: client, ClientIDFilePath: writeFile(t, client),
			ClientSecret: secret, ClientSecretFilePath: writeFile(t, secret),
		}, auth.ClientSecret},
		"a tenant by its domain name": {auth.Config{
			TenantID: "contoso.onmicrosoft.com", ClientID: client, ClientSecret: secret,
		}, auth.ClientSecret},
		"a secret is not held back by other methods": {application(func(c *auth.Config) {
			c.ClientSecret, c.UseCLI, c.UseMSI, c.UseOIDC = secret, true, true, true
		}), auth.ClientSecret},
		"ID token": {application(func(c *auth.Config) {
			c.UseOIDC, c.OIDCToken = true, idToken
		}), auth.OIDCToken},
		"ID token equal to its file": {application(func(c *auth.Config) {
			c.UseOIDC, c.OIDCToken, c.OIDCTokenFilePath = true, idToken, writeFile(t, idToken)
		}), auth.OIDCToken},
		"ID token before GitHub's": {application(func(c *auth.Config) {
			c.UseOIDC, c.OIDCToken, c.OIDCRequestURL, c.OIDCRequestToken = true, idToken, "https://x.test/", requestToken
		}), auth.OIDCToken},
		"ID token without use_oidc": {application(func(c *auth.Config) {
			c.OIDCToken, c.UseCLI = idToken, true
		}), auth.AzureCLI},
		"GitHub's variables without use_oidc": {application(func(c *auth.Config) {
			c.OIDCRequestURL, c.OIDCRequestToken, c.UseCLI = "https://x.test/", requestToken, true
		}), auth.AzureCLI},
		"a service connection without use_oidc": {application(func(c *auth.Config) {
			c.OIDCRequestURL, c.OIDCRequestToken, c.ADOPipelineServiceConnectionID, c.UseCLI = "https://x.test/", requestToken, "x", true
		}), auth.AzureCLI},
		"use_oidc without an ID token": {application(func(c *auth.Config) {
			c.UseOIDC, c.UseCLI = true, true
		}), auth.AzureCLI},
		"AKS": {application(func(c *auth.Config) {
			c.UseAKSWorkloadIdentity, c.OIDCTokenFilePath, c.UseMSI = true, writeFile(t, idToken), true
		}), auth.AKSWorkloadIdentity},
		"system-assigned managed identity":       {auth.Config{UseMSI: true}, auth.ManagedIdentity},
		"managed identity before Azure CLI":      {auth.Config{UseMSI: true, UseCLI: true}, auth.ManagedIdentity},
		"Azure CLI":                              {auth.Config{UseCLI: true}, auth.AzureCLI},
		"Azure CLI with a named subscription":    {auth.Config{UseCLI: true, SubscriptionID: "My Subscription"}, auth.AzureCLI},
		"white space is not a value":             {auth.Config{UseCLI: true, ClientSecret: " \n", ClientCertificatePath: " "}, auth.AzureCLI},
		"auxiliary tenants with an empty member": {auth.Config{UseCLI: true, AuxiliaryTenantIDs: []string{"a", " ", "b", "c"}}, auth.AzureCLI},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &entra{}
			credential := mustNew(t, test.cfg, fake.options())
			if credential.Method != test.want {
				t.Errorf("method = %q, want %q", credential.Method, test.want)
			}
			if sent := fake.sent(""); len(sent) != 0 {
				t.Errorf("New sent %d requests, want none", len(sent))
			}
		})
	}
}

func TestNew_errorsNameTheArgument(t *testing.T) {
	t.Parallel()
	f := testFixtures()
	missing := filepath.Join(t.TempDir(), "missing")
	certificateFile := func(content string) auth.Config {
		return application(func(c *auth.Config) { c.ClientCertificatePath = writeFile(t, content) })
	}
	github := func(edit func(*auth.Config)) auth.Config {
		return application(func(c *auth.Config) {
			c.UseOIDC, c.OIDCRequestURL, c.OIDCRequestToken = true, "https://x.test/", requestToken
			edit(c)
		})
	}

	tests := map[string]struct {
		cfg      auth.Config
		argument string
		problem  string
	}{
		"nothing at all": {auth.Config{}, "", "no way to sign in"},
		"nothing allowed": {application(func(c *auth.Config) {
			c.OIDCToken, c.OIDCRequestURL = idToken, "https://x.test/"
		}), "", "no way to sign in"},
		"use_oidc alone": {application(func(c *auth.Config) { c.UseOIDC = true }), "", "use_oidc (ARM_USE_OIDC) is set, but there is no ID token"},

		"client secret without tenant":      {auth.Config{ClientID: client, ClientSecret: secret}, "tenant_id", "needs the Microsoft Entra tenant"},
		"client secret without client":      {auth.Config{TenantID: tenant, ClientSecret: secret}, "client_id", "needs the ID of the application"},
		"client certificate without tenant": {auth.Config{ClientID: client, ClientCertificate: f.bundleBase64}, "tenant_id", "client certificate"},
		"ID token without client":           {auth.Config{TenantID: tenant, UseOIDC: true, OIDCToken: idToken}, "client_id", "OIDC token"},
		"GitHub without tenant":             {github(func(c *auth.Config) { c.TenantID = "" }), "tenant_id", "GitHub Actions OIDC"},
		"Azure DevOps without client": {github(func(c *auth.Config) {
			c.ADOPipelineServiceConnectionID, c.ClientID = "x", ""
		}), "client_id", "Azure DevOps OIDC"},
		"AKS without client": {auth.Config{TenantID: tenant, UseAKSWorkloadIdentity: true, OIDCTokenFilePath: writeFile(t, idToken)}, "client_id", "AKS workload identity"},
		"the CLI does not stand in for an incomplete secret": {auth.Config{ClientSecret: secret, ClientID: client, UseCLI: true}, "tenant_id", "client secret"},

		"tenant with a slash":     {auth.Config{TenantID: "contoso.com/x", UseCLI: true}, "tenant_id", "not a Microsoft Entra tenant"},
		"auxiliary tenant":        {auth.Config{AuxiliaryTenantIDs: []string{tenant, "*"}, UseCLI: true}, "auxiliary_tenant_ids", "not all"},
		"four auxiliary tenants":  {auth.Config{AuxiliaryTenantIDs: []string{"a", "b", "c", "d"}, UseCLI: true}, "auxiliary_tenant_ids", "more than three"},
		"subscription with quote": {auth.Config{UseCLI: true, SubscriptionID: `x"; id`}, "subscription_id", "not a subscription"},

		"client ID file missing": {auth.Config{TenantID: tenant, ClientIDFilePath: missing, ClientSecret: secret}, "client_id_file_path", "cannot be read: " + missing},
		"client ID file empty":   {auth.Config{TenantID: tenant, ClientIDFilePath: writeFile(t, "\n"), ClientSecret: secret}, "client_id_file_path", "is empty"},
		"client ID differs from its file": {application(func(c *auth.Config) {
			c.ClientIDFilePath, c.ClientSecret = writeFile(t, "44444444-4444-4444-4444-444444444444"), secret
		}), "client_id_file_path", "differs from client_id"},
		"secret file missing": {application(func(c *auth.Config) { c.ClientSecretFilePath = missing }), "client_secret_file_path", "cannot be read"},
		"secret differs from its file": {application(func(c *auth.Config) {
			c.ClientSecret, c.ClientSecretFilePath = secret, writeFile(t, otherSecret)
		}), "client_secret_file_path", "differs from client_secret"},

		"certificate not base64": {application(func(c *auth.Config) { c.ClientCertificate = "-----" + f.bundleBase64 }), "client_certificate", "not base64"},
		"certificate base64 of something else": {application(func(c *auth.Config) {
			c.ClientCertificate = base64.StdEncoding.EncodeToString([]byte(secret))
		}), "client_certificate", "not a PKCS#12 bundle"},
		"certificate password wrong": {application(func(c *auth.Config) {
			c.ClientCertificate, c.ClientCertificatePassword = f.bundleBase64, secret
		}), "client_certificate_password", "does not open client_certificate"},
		"certificate password missing": {application(func(c *auth.Config) {
			c.ClientCertificate = f.bundleBase64
		}), "client_certificate_password", "protected by a password"},
		"certificate file missing": {application(func(c *auth.Config) { c.ClientCertificatePath = missing }), "client_certificate_path", "cannot be read: " + missing},
		"certificate file empty":   {certificateFile(""), "client_certificate_path", "not a PKCS#12 bundle"},
		"certificate file password wrong": {application(func(c *auth.Config) {
			c.ClientCertificatePath, c.ClientCertificatePassword = writeFile(t, string(f.bundle)), secret
		}), "client_certificate_password", "does not open client_certificate_path"},
		"PEM without key":               {certificateFile(f.certPEM), "client_certificate_path", "no private key"},
		"PEM without certificate":       {certificateFile(f.keyPEM), "client_certificate_path", "there is no certificate"},
		"PEM with two keys":             {certificateFile(f.pem + f.otherKeyPEM), "client_certificate_path", "more than one private key"},
		"PEM with another key":          {certificateFile(f.otherKeyPEM + f.certPEM), "client_certificate_path", "belongs to the private key"},
		"PEM with an EC key":            {certificateFile(f.ecPEM), "client_certificate_path", "not an RSA key"},
		"PEM with an old EC key":        {certificateFile(f.oldECPEM), "client_certificate_path", "not an RSA key"},
		"PEM with an old encrypted key": {certificateFile(strings.Replace(f.oldPEM, "KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1)), "client_certificate_path", "encrypted"},
		"PEM with an encrypted key":     {certificateFile(strings.ReplaceAll(f.pem, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")), "client_certificate_path", "encrypted"},
		"PEM with a mislabelled key":    {certificateFile(strings.ReplaceAll(f.pem, "PRIVATE KEY", "RSA PRIVATE KEY")), "client_certificate_path", "private key in it cannot be read"},
		"PEM with a mislabelled cert":   {certificateFile(f.pem + strings.ReplaceAll(f.keyPEM, "PRIVATE KEY", "CERTIFICATE")), "client_certificate_path", "certificate in it cannot be read"},

		"ID token differs from its file": {application(func(c *auth.Config) {
			c.UseOIDC, c.OIDCToken, c.OIDCTokenFilePath = true, idToken, writeFile(t, otherIDToken)
		}), "oidc_token_file_path", "differs from oidc_token"},
		"ID token file missing":    {application(func(c *auth.Config) { c.UseOIDC, c.OIDCTokenFilePath = true, missing }), "oidc_token_file_path", "cannot be read"},
		"ID token file empty":      {application(func(c *auth.Config) { c.UseOIDC, c.OIDCTokenFilePath = true, writeFile(t, "") }), "oidc_token_file_path", "is empty"},
		"AKS without token":        {application(func(c *auth.Config) { c.UseAKSWorkloadIdentity, c.UseCLI = true, true }), "use_aks_workload_identity", "no service account token"},
		"GitHub without URL":       {github(func(c *auth.Config) { c.OIDCRequestURL = "" }), "oidc_request_url", "missing"},
		"GitHub without token":     {github(func(c *auth.Config) { c.OIDCRequestToken = "" }), "oidc_request_token", "missing"},
		"GitHub over http":         {github(func(c *auth.Config) { c.OIDCRequestURL = "http://x.test/" }), "oidc_request_url", "not an https URL"},
		"the token in the URL":     {github(func(c *auth.Config) { c.OIDCRequestURL = requestToken + "\x7f" }), "oidc_request_url", "not an https URL"},
		"Azure DevOps without URL": {application(func(c *auth.Config) { c.UseOIDC, c.ADOPipelineServiceConnectionID = true, "x" }), "oidc_request_url", "missing"},

		"MSI endpoint without scheme":   {auth.Config{UseMSI: true, MSIEndpoint: "localhost:40342/metadata"}, "msi_endpoint", "not an http or https URL"},
		"MSI endpoint with a query":     {auth.Config{UseMSI: true, MSIEndpoint: "http://localhost/x?y=z"}, "msi_endpoint", "without a query"},
		"MSI endpoint that is no URL":   {auth.Config{UseMSI: true, MSIEndpoint: "http://[x"}, "msi_endpoint", "not an http or https URL"},
		"MSI endpoint without a server": {auth.Config{UseMSI: true, MSIEndpoint: "http:///metadata"}, "msi_endpoint", "not an http or https URL"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := auth.New(test.cfg, (&entra{}).options())
			if err == nil {
				t.Fatal("New succeeded, want an error")
			}
			checkNoSecrets(t, err)
			var wrong *auth.ConfigError
			if !errors.As(err, &wrong) {
				t.Fatalf("error is a %T, want a *auth.ConfigError: %v", err, err)
			}
			if wrong.Argument != test.argument {
				t.Errorf("argument = %q, want %q", wrong.Argument, test.argument)
			}
			variable := ""
			if test.argument != "" {
				variable = "ARM_" + strings.ToUpper(test.argument)
			}
			if wrong.Variable != variable {
				t.Errorf("variable = %q, want %q", wrong.Variable, variable)
			}
			if !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error lacks %q: %v", test.problem, err)
			}
			if variable != "" && !strings.HasPrefix(err.Error(), test.argument+" ("+variable+"): ") {
				t.Errorf("error does not begin with argument and variable: %v", err)
			}
		})
	}
}

func TestNew_nothingConfiguredListsEveryWay(t *testing.T) {
	t.Parallel()
	_, err := auth.New(auth.Config{UseOIDC: true}, azcore.ClientOptions{})
	if err == nil {
		t.Fatal("New succeeded, want an error")
	}
	for _, name := range []string{
		"client_certificate", "client_certificate_path", "client_secret", "client_secret_file_path",
		"use_oidc", "oidc_token", "oidc_token_file_path", "oidc_request_url", "oidc_request_token",
		"ado_pipeline_service_connection_id", "use_aks_workload_identity", "use_msi", "use_cli",
		"ARM_CLIENT_SECRET", "ARM_USE_CLI", "id-token: write",
	} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error lacks %s: %v", name, err)
		}
	}
}

func TestNew_keepsTheCauseOfAFileError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "missing")
	for name, cfg := range map[string]auth.Config{
		"secret":      application(func(c *auth.Config) { c.ClientSecretFilePath = path }),
		"certificate": application(func(c *auth.Config) { c.ClientCertificatePath = path }),
	} {
		if _, err := auth.New(cfg, azcore.ClientOptions{}); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: errors.Is(err, fs.ErrNotExist) = false: %v", name, err)
		}
	}
}

func TestNew_authorityHostMustBeHTTPS(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"http://login.example.test/", "login.example.test", "https://"} {
		_, err := auth.New(application(func(c *auth.Config) { c.ClientSecret = secret }), azcore.ClientOptions{
			Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: host},
		})
		var wrong *auth.ConfigError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: error = %v, want a *auth.ConfigError", host, err)
			continue
		}
		if wrong.Argument != "endpoints.active_directory_authority_host" || wrong.Variable != "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST" {
			t.Errorf("%s: the error names %s (%s)", host, wrong.Argument, wrong.Variable)
		}
	}
}

func TestNew_doesNotChangeItsArguments(t *testing.T) {
	t.Parallel()
	tenants := []string{" a ", "b"}
	cfg := auth.Config{UseMSI: true, MSIEndpoint: "http://localhost/token", AuxiliaryTenantIDs: tenants}
	options := (&entra{}).options()
	options.Logging.IncludeBody = true
	policies := make([]policy.Policy, 1, 2)
	options.PerCallPolicies = policies
	mustNew(t, cfg, options)
	if tenants[0] != " a " || !options.Logging.IncludeBody || policies[:2][1] != nil {
		t.Errorf("New changed its arguments: %q, %+v", tenants, options)
	}
}
