// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const proof = "azuresphere_proof_of_possession.this"

func proofConfig(arguments string) string {
	return "resource \"azuresphere_proof_of_possession\" \"this\" {\n" + arguments + "\n}\n"
}

// proves checks that the state holds a proof for the code, signed by the CA.
func proves(t *testing.T, ca *certs.Certificate, code string) resource.TestCheckFunc {
	t.Helper()

	return func(state *terraform.State) error {
		attributes := state.RootModule().Resources[proof].Primary.Attributes
		found, err := certs.Parse(attributes["certificate_pem"])
		if err != nil {
			return err
		}
		if err := certs.CheckProof(found, ca, code, found.NotBefore()); err != nil {
			t.Error(err)
		}
		if attributes["certificate_base64"] != found.Base64() || attributes["id"] != found.Thumbprint().String() {
			t.Error("the other attributes are not those of the proof")
		}
		return nil
	}
}

func TestProofOfPossession_isMadeOnceAndAgainWhenSomethingChanges(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	old := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue, emulator.StageActivate)()
	ca := bench.ActiveCA()
	replaced := plan(plancheck.ExpectResourceAction(proof, plancheck.ResourceActionReplace))
	bench.Run(
		resource.TestStep{
			Config: proofConfig(`verification_code = "first"`),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(proof, "catalog_id", knownvalue.StringExact(bench.Info().CatalogID)),
				attribute(proof, "tenant_id", knownvalue.Null()),
				attribute(proof, "thumbprint", knownvalue.StringExact(ca.Thumbprint().String())),
				statecheck.ExpectSensitiveValue(proof, tfjsonpath.New("verification_code")),
			},
			Check: proves(t, ca, "first"),
		},
		resource.TestStep{Config: proofConfig(`verification_code = "first"`), ConfigPlanChecks: plan(plancheck.ExpectEmptyPlan())},
		resource.TestStep{
			// The CA that signed, its tenant in other letters, and a timeout.
			Config: proofConfig(fmt.Sprintf("verification_code = \"first\"\nthumbprint = %q\ncatalog_id = %q\ntimeouts { create = \"1m\" }",
				strings.ToLower(ca.Thumbprint().String()), strings.ToUpper(bench.Info().CatalogID))),
			Check: proves(t, ca, "first"),
		},
		resource.TestStep{Config: proofConfig(`verification_code = "second"`), ConfigPlanChecks: replaced, Check: proves(t, ca, "second")},
		resource.TestStep{
			Config:           proofConfig("verification_code = \"second\"\nkeepers = { year = \"2027\" }"),
			ConfigPlanChecks: replaced, Check: proves(t, ca, "second"),
		},
		resource.TestStep{
			Config:           proofConfig(fmt.Sprintf("verification_code = \"second\"\nkeepers = { year = \"2027\" }\nthumbprint = %q", old.Thumbprint().String())),
			ConfigPlanChecks: replaced, Check: proves(t, old, "second"),
		},
		resource.TestStep{
			Config: proofConfig(fmt.Sprintf("verification_code = \"second\"\nkeepers = { year = \"2027\" }\nthumbprint = %q\ntenant_id = %q",
				old.Thumbprint().String(), bench.Info().SphereTenantID)),
			ConfigPlanChecks: replaced, Check: proves(t, old, "second"),
		},
	)
	counts := bench.Count()
	if made := counts["Certificates_RetrieveProofOfPossessionNonce"] + counts["Tenants_GetProofOfPossession"]; made != 5 {
		t.Errorf("%d proofs were made, want 5: %v", made, counts)
	}
}

func TestProofOfPossession_lostAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Fail(emulator.Fault{Operation: "Certificates_RetrieveProofOfPossessionNonce", Drop: true, Times: 1})
	bench.Run(resource.TestStep{Config: proofConfig(`verification_code = "code"`), Check: proves(t, bench.ActiveCA(), "code")})
}

func TestProofOfPossession_failuresAreExplained(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arguments, want string
		arrange         func(*acctest.Bench)
	}{
		"no rights": {
			`verification_code = "code"`, `(?s)Cannot get the proof of possession.*403.*retrieveProofOfPossessionNonce/action`,
			func(b *acctest.Bench) {
				b.Fail(emulator.Fault{Operation: "Certificates_RetrieveProofOfPossessionNonce", Status: 403})
			},
		},
		"another proof": {
			`verification_code = "code"`, `(?s)The proof of possession is not valid`,
			func(b *acctest.Bench) {
				b.Fail(emulator.Fault{
					Operation: "Certificates_RetrieveProofOfPossessionNonce", Status: 200, Body: fmt.Sprintf(`{"certificate":%q}`, b.ActiveCA().Base64()),
				})
			},
		},
		"unknown CA": {
			"verification_code = \"code\"\nthumbprint = \"0123456789ABCDEF0123456789ABCDEF01234567\"", `(?s)No such tenant CA.*thumbprint`,
			func(*acctest.Bench) {},
		},
		"no tenant anywhere": {
			`verification_code = "code"`, `(?s)No Azure Sphere tenant.*AZURE_SPHERE_CATALOG_ID`,
			func(b *acctest.Bench) { b.Setenv("AZURE_SPHERE_CATALOG_ID", "") },
		},
		"empty code": {`verification_code = ""`, `(?s)verification_code`, func(*acctest.Bench) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			test.arrange(bench)
			bench.Run(resource.TestStep{Config: proofConfig(test.arguments), ExpectError: regexp.MustCompile(test.want)})
		})
	}
}

func TestProofOfPossession_importSaysWhyThereIsNothingToImport(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	bench.Run(resource.TestStep{
		Config:      proofConfig(`verification_code = "code"`) + "import {\n  to = " + proof + "\n  id = \"x\"\n}\n",
		ExpectError: regexp.MustCompile(`(?s)A proof of possession cannot be imported.*does\s+not\s+store\s+proofs`),
	})
}

func TestProofOfPossession_ephemeralProofIsFreshAndKeptNowhere(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	providers := bench.Providers()
	providers["echo"] = func() (tfprotov6.ProviderServer, error) { return echoprovider.NewProviderServer()() }
	config := func(arguments string) string {
		return `
ephemeral "azuresphere_proof_of_possession" "this" {
  verification_code = "code"
  ` + arguments + `
}

provider "echo" {
  data = ephemeral.azuresphere_proof_of_possession.this
}

resource "echo" "this" {}
`
	}
	proven := func(state *terraform.State) error {
		attributes := state.RootModule().Resources["echo.this"].Primary.Attributes
		found, err := certs.Parse(attributes["data.certificate_pem"])
		if err != nil {
			return err
		}
		if attributes["data.thumbprint"] != ca.Thumbprint().String() {
			return errors.New("the CA is another one")
		}

		return certs.CheckProof(found, ca, "code", found.NotBefore())
	}
	resource.Test(t, resource.TestCase{
		IsUnitTest:               true,
		ProtoV6ProviderFactories: providers,
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)},
		Steps: []resource.TestStep{
			{Config: config(""), Check: proven},
			{Config: config(fmt.Sprintf("tenant_id = %q", bench.Info().SphereTenantID)), Check: proven},
			{Config: config(`catalog_id = "contoso"`), ExpectError: regexp.MustCompile(`Not the ID of a catalog`)},
			{
				Config:      config(`thumbprint = "0123456789ABCDEF0123456789ABCDEF01234567"`),
				ExpectError: regexp.MustCompile(`(?s)No such tenant CA.*` + ca.Thumbprint().String()),
			},
			{Config: config("")}, // The destroy at the end opens it once more.
		},
	})
}

// TestProofOfPossession_ofAnExpiredCAIsRefused: without its body nobody can tell
// whether the proof is good.
func TestProofOfPossession_ofAnExpiredCAIsRefused(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	expired := bench.ActiveCA()
	rotate(t, bench, emulator.StageIssue, emulator.StageActivate, emulator.StageExpire)()
	created := bench.NewServer().Create(typeProof, map[string]any{"verification_code": "code", "thumbprint": expired.Thumbprint().String()})
	if !hasOne(created.Errors, "Cannot get the proof of possession", "Expired") || created.State != nil {
		t.Errorf("got %v, %q", created.State, created.Errors)
	}
}
