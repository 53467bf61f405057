// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// TestConfigure_everythingFromTheProviderBlock uses no environment variable at all.
func TestConfigure_everythingFromTheProviderBlock(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	info := bench.Info()
	arguments := fmt.Sprintf(`
  tenant_id                  = %q
  client_id                  = %q
  client_secret              = %q
  use_cli                    = false
  disable_instance_discovery = true
  ca_bundle_path             = %q
  azure_sphere = { catalog_id = %q }
  iot_central  = { application = %q, api_version = "2022-07-31" }
  endpoints = {
    active_directory_authority_host = %q
    resource_manager                = %q
    iot_central_dns_suffix          = %q
  }
`, info.TenantID, info.ClientID, info.ClientSecret, bench.Environment()["ARM_CA_BUNDLE"], info.CatalogID, info.Applications[0].ApplicationID,
		info.Endpoints.AuthorityHost, info.Endpoints.ResourceManager, info.Endpoints.IoTCentralDNSSuffix)
	for name := range bench.Environment() {
		bench.Setenv(name, "")
	}
	bench.Run(resource.TestStep{
		Config: "provider \"azuresphere\" {" + arguments + "}\nprovider \"iotcentral\" {" + arguments + "}\n" + acctest.TrustConfig,
		Check:  isTrusted(t, bench),
	})
	for _, request := range bench.Requests() {
		if request.Service == "iotcentral" && request.UserAgent != "Go-http-client/1.1" && !strings.Contains(request.Query, "api-version=2022-07-31") {
			t.Errorf("%s %s?%s does not use the configured version", request.Method, request.Path, request.Query)
		}
	}
}

// TestConfigure_azureCLI signs in with an az that hands out tokens of the
// emulator. The PATH is that of the process, so the test runs alone.
func TestConfigure_azureCLI(t *testing.T) {
	bench := acctest.Start(t, nil)
	folder := t.TempDir()
	script := fmt.Sprintf(`#!/bin/sh
case "$*" in
*%s*) token='%s' ;;
*%s*) token='%s' ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
printf '{"accessToken":"%%s","expires_on":4102444800,"tokenType":"Bearer"}' "$token"
`, bench.Info().Audiences.ResourceManager, bench.Token(bench.Info().Audiences.ResourceManager),
		bench.Info().Audiences.IoTCentral, bench.Token(bench.Info().Audiences.IoTCentral))
	if err := os.WriteFile(filepath.Join(folder, "az"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, name := range []string{"ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_USE_CLI"} {
		bench.Setenv(name, "")
	}
	bench.ResetRequests()
	bench.Run(resource.TestStep{
		Config: acctest.TrustConfig,
		Check: resource.ComposeTestCheckFunc(func(*terraform.State) error {
			for _, request := range bench.Requests() {
				if request.Service == "entra" {
					t.Errorf("the provider itself asked Entra: %s", request.Path)
				}
			}
			return nil
		}, isTrusted(t, bench)),
	})
}

func TestConfigure_apiTokenReplacesEntraForIoTCentral(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Setenv("IOTCENTRAL_API_TOKEN", bench.Info().Applications[0].APIToken)
	bench.Run(resource.TestStep{
		Config: oneName,
		Check: resource.ComposeTestCheckFunc(func(*terraform.State) error {
			if tokens := bench.Count()["Token"]; tokens != 2 {
				t.Errorf("%d tokens were requested, want 2: in the plan and in the apply, for Azure Resource Manager", tokens)
			}
			return nil
		}, isTrusted(t, bench)),
	})
}

// TestConfigure_apiTokenAloneIsEnoughForIoTCentral has no way to sign in to Entra.
func TestConfigure_apiTokenAloneIsEnoughForIoTCentral(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for _, name := range []string{"ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID"} {
		bench.Setenv(name, "")
	}
	bench.Setenv("IOTCENTRAL_API_TOKEN", bench.Info().Applications[0].APIToken)
	bench.Run(
		resource.TestStep{Config: `resource "iotcentral_enrollment_group" "sphere" { display_name = "Azure Sphere" }`},
		resource.TestStep{
			Config:      `data "azuresphere_tenant_ca" "this" {}`,
			ExpectError: regexp.MustCompile(`(?s)no\s+way\s+to\s+sign\s+in\s+to\s+Microsoft\s+Entra\s+ID.*ARM_CLIENT_SECRET`),
		},
	)
}

func TestConfigure_failuresAreExplained(t *testing.T) {
	t.Parallel()
	const config = `data "azuresphere_tenant_ca" "this" {}`
	for name, test := range map[string]struct {
		environment map[string]string
		config      string
		want        string
	}{
		"wrong client secret": {
			environment: map[string]string{"ARM_CLIENT_SECRET": "not-the-secret"},
			want:        `(?s)AADSTS7000215.*ARM_CLIENT_SECRET`,
		},
		"unknown cloud": {
			environment: map[string]string{"ARM_ENVIRONMENT": "moon"},
			want:        `(?s)environment.*ARM_ENVIRONMENT.*no\s+Azure\s+cloud\s+named\s+"moon"`,
		},
		"not a boolean": {
			environment: map[string]string{"ARM_USE_MSI": "perhaps"},
			want:        `(?s)ARM_USE_MSI is "perhaps"`,
		},
		"missing CA bundle": {
			environment: map[string]string{"ARM_CA_BUNDLE": "/nowhere/ca.pem"},
			want:        `(?s)CA bundle cannot be read.*ca_bundle_path \(ARM_CA_BUNDLE\).*/nowhere/ca.pem`,
		},
		"certificate file missing": {
			environment: map[string]string{"ARM_CLIENT_SECRET": "", "ARM_CLIENT_CERTIFICATE_PATH": "/nowhere/client.pem"},
			want:        `(?s)client_certificate_path \(ARM_CLIENT_CERTIFICATE_PATH\)`,
		},
		"untrusted authority": {
			environment: map[string]string{"ARM_CA_BUNDLE": ""},
			want:        `(?s)sign-in\s+to\s+Microsoft\s+Entra\s+ID\s+failed.*cannot\s+be\s+reached.*ca_bundle_path\s+\(ARM_CA_BUNDLE\)`,
		},
		"plain http endpoint": {
			environment: map[string]string{"ARM_RESOURCE_MANAGER_ENDPOINT": "http://localhost"},
			want:        `(?s)ARM_RESOURCE_MANAGER_ENDPOINT.*begins\s+with\s+https://`,
		},
		"unsupported API version": {
			config: "provider \"azuresphere\" {\n iot_central = { api_version = \"1.0\" }\n}\n" + config,
			want:   `(?s)api_version.*value must be one of`,
		},
		"catalog and tenant": {
			config: "provider \"azuresphere\" {\n azure_sphere = {\n catalog_id = \"/subscriptions/a/resourceGroups/b/providers/Microsoft.AzureSphere/catalogs/c\"\n" +
				"tenant_id = \"11111111-2222-3333-4444-555555555555\" }\n}\n" + config,
			want: `(?s)azure_sphere.tenant_id.*cannot be specified`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for variable, value := range test.environment {
				bench.Setenv(variable, value)
			}
			if test.config == "" {
				test.config = config
			}
			bench.Run(resource.TestStep{Config: test.config, ExpectError: regexp.MustCompile(test.want)})
		})
	}
}

// TestConfigure_principalWithoutRights meets the likeliest first failures.
func TestConfigure_principalWithoutRights(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ config, want string }{
		"in Azure": {
			`data "azuresphere_tenant_ca" "this" {}`,
			`(?s)403.*Microsoft.AzureSphere/catalogs/certificates/read.*Azure\s+Sphere\s+Publisher`,
		},
		"in the application": {
			`data "iotcentral_enrollment_group" "this" { group_id = "x" }`,
			`(?s)403.*Azure\s+RBAC\s+give\s+no\s+permission\s+inside\s+an\s+application`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			for _, principal := range bench.Info().Principals {
				if principal.Name == "stranger" {
					bench.Setenv("ARM_CLIENT_ID", principal.ClientID)
					bench.Setenv("ARM_CLIENT_SECRET", principal.ClientSecret)
				}
			}
			bench.Run(resource.TestStep{Config: test.config, ExpectError: regexp.MustCompile(test.want)})
		})
	}
}

// TestLog_showsRequestsAndNoSecrets reads what TF_LOG=DEBUG writes during the main
// job, and all that Terraform prints and keeps.
func TestLog_showsRequestsAndNoSecrets(t *testing.T) {
	t.Parallel()
	var codes []string
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Observe = func(exchange emulator.Exchange) {
			if exchange.Operation == "EnrollmentGroups_GenerateVerificationCodeX509" {
				codes = append(codes, regexp.MustCompile(`"verificationCode":"([^"]+)"`).FindStringSubmatch(string(exchange.Body))[1])
			}
		}
	})
	cli := bench.NewCLI(acctest.TrustConfig)
	cli.Setenv("TF_LOG", "DEBUG")
	cli.Setenv("TF_LOG_PATH", filepath.Join(cli.Dir, "debug.log"))
	printed := cli.MustRun("apply", "-auto-approve")
	log := cli.Read("debug.log")

	for _, want := range []string{
		"Request answered", "method=PUT", "status=204", "duration_ms=", "request_id=", "service=\"IoT Central\"",
		"url=https://" + bench.Host() + "/api/enrollmentGroups/" + acctest.Group,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not show %q", want)
		}
	}
	if len(codes) != 1 {
		t.Fatalf("%d codes were generated, want 1", len(codes))
	}
	for what, secret := range map[string]string{
		"client secret": bench.Info().ClientSecret, "authorization header": "Bearer ey", "verification code": codes[0],
		"API token": bench.Info().Applications[0].APIToken,
	} {
		for where, text := range map[string]string{"log": log, "output": printed, "state": cli.Read("terraform.tfstate")} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s is in the %s", what, where)
			}
			if token := jsonWebToken.FindString(text); token != "" {
				t.Errorf("a token is in the %s: %.12s…", where, token)
			}
		}
	}
}

// jsonWebToken finds header and payload of a token. A header alone would also find
// the private state, which is JSON in base64 too.
var jsonWebToken = regexp.MustCompile(`eyJ[\w-]+\.eyJ[\w-]+`)

// TestConfigure_publisherIsEnough: Azure Sphere Publisher is the smallest role with
// the proof of possession, and Azure Sphere Reader is told so.
func TestConfigure_publisherIsEnough(t *testing.T) {
	t.Parallel()
	as := func(bench *acctest.Bench, name string) {
		for _, principal := range bench.Info().Principals {
			if principal.Name == name {
				bench.Setenv("ARM_CLIENT_ID", principal.ClientID)
				bench.Setenv("ARM_CLIENT_SECRET", principal.ClientSecret)
			}
		}
	}
	bench := acctest.Start(t, nil)
	as(bench, "publisher")
	bench.Run(resource.TestStep{Config: acctest.TrustConfig, Check: isTrusted(t, bench)})

	bench = acctest.Start(t, nil)
	as(bench, "reader")
	bench.Run(resource.TestStep{
		Config:      `resource "azuresphere_proof_of_possession" "this" { verification_code = "code" }`,
		ExpectError: regexp.MustCompile(`(?s)403.*Azure\s+Sphere\s+Publisher\s+is\s+the\s+smallest`),
	})
}
