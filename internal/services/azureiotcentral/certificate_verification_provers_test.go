// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// ownCA is a CA of a company: its own key, of any kind, and no Azure Sphere.
type ownCA struct {
	*certs.Certificate

	key crypto.Signer
}

func newOwnCA(t *testing.T, key crypto.Signer) *ownCA {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "Contoso Device CA", Organization: []string{"Contoso"}},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := certs.ParseDER(der)
	if err != nil {
		t.Fatal(err)
	}

	return &ownCA{certificate, key}
}

func ecdsaKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}

	return key
}

func rsaKey(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	return key
}

func keyPEM(t *testing.T, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}

	return certstest.PEM("PRIVATE KEY", der)
}

// keyConfig is a group whose certificate is verified with the CA's private key.
const keyConfig = `
variable "certificate" {}

variable "key" {
  ephemeral = true
}

variable "key_version" {
  default = 1
}

resource "iotcentral_enrollment_group" "this" {
  group_id     = "sphere-devices"
  display_name = "Own CA"
}

resource "iotcentral_enrollment_group_certificate" "this" {
  enrollment_group_id = iotcentral_enrollment_group.this.id
  certificate_pem     = var.certificate
}

resource "iotcentral_certificate_verification" "this" {
  certificate_id            = iotcentral_enrollment_group_certificate.this.id
  thumbprint                = iotcentral_enrollment_group_certificate.this.thumbprint
  ca_certificate_pem        = var.certificate
  ca_private_key_pem_wo     = var.key
  ca_private_key_wo_version = var.key_version
}
`

func TestCertificateVerification_signsWithTheKeyOfTheCA(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, tfversion.Version1_11_0) // A key is a write-only argument.
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(t), "ECDSA": ecdsaKey(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			ca := newOwnCA(t, key)
			variables := config.Variables{"certificate": config.StringVariable(ca.PEM()), "key": config.StringVariable(keyPEM(t, key))}
			changed := config.Variables{"key_version": config.IntegerVariable(2), "certificate": variables["certificate"], "key": variables["key"]}
			bench.Run(
				resource.TestStep{
					Config: keyConfig, ConfigVariables: variables,
					ConfigStateChecks: []statecheck.StateCheck{
						attribute(verification, "verified", knownvalue.Bool(true)),
						attribute(verification, "subject", knownvalue.StringExact(ca.Subject())),
						attribute(verification, "ca_private_key_pem_wo", knownvalue.Null()),
					},
					Check: isVerified(t, bench, ca.Certificate),
				},
				resource.TestStep{
					Config: keyConfig, ConfigVariables: variables,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
				},
				resource.TestStep{
					// Trust is lost. The certificate is not uploaded again in this run, so that
					// only the configuration knows it.
					PreConfig:       func() { bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false) },
					Config:          keyConfig,
					ConfigVariables: variables, ConfigPlanChecks: action(verification, plancheck.ResourceActionUpdate),
					Check: isVerified(t, bench, ca.Certificate),
				},
				resource.TestStep{
					PreConfig: bench.ResetRequests,
					Config:    keyConfig, ConfigVariables: changed,
					ConfigPlanChecks: action(verification, plancheck.ResourceActionUpdate),
					Check: func(*terraform.State) error {
						if codes := bench.Count()["EnrollmentGroups_GenerateVerificationCodeX509"]; codes != 0 {
							t.Errorf("%d codes were generated for a certificate that is verified", codes)
						}
						return nil
					},
				},
			)
		})
	}
}

func isVerified(t *testing.T, bench *acctest.Bench, want *certs.Certificate) resource.TestCheckFunc {
	t.Helper()

	return func(*terraform.State) error {
		thumbprint, verified := bench.Entry(groupName, iotcentral.Primary)
		if thumbprint != want.Thumbprint().String() || !verified {
			t.Errorf("the entry holds %q, verified %t; want %s, verified", thumbprint, verified, want.Thumbprint().String())
		}
		return nil
	}
}

// TestCertificateVerification_keyIsNowhere runs the real CLI and the built
// provider, and looks for every line of the key in all that they leave behind,
// when it works and when it fails.
func TestCertificateVerification_keyIsNowhere(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, tfversion.Version1_11_0) // A key is a write-only argument.
	bench := acctest.Start(t, nil)
	ca := newOwnCA(t, ecdsaKey(t))
	key := keyPEM(t, ca.key)
	other := keyPEM(t, ecdsaKey(t))
	cli := bench.NewCLI(keyConfig)
	cli.Setenv("TF_LOG", "TRACE")
	cli.Setenv("TF_LOG_PATH", filepath.Join(cli.Dir, "trace.log"))
	arguments := func(key string, command ...string) []string {
		return append(command, "-var=certificate="+ca.PEM(), "-var=key="+key)
	}

	var printed strings.Builder
	for _, wrong := range []string{other, certstest.PEM("PRIVATE KEY", []byte("this is not a key but must not be seen")), strings.ReplaceAll(key, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")} {
		output, exitCode := cli.Run(arguments(wrong, "plan")...)
		if exitCode == 0 || !strings.Contains(output, "ca_private_key_pem_wo") {
			t.Errorf("a wrong key is not refused:\n%s", output)
		}
		for _, line := range keyLines(wrong) {
			if strings.Contains(output, line) {
				t.Errorf("the error repeats a part of the wrong key:\n%s", output)
			}
		}
	}
	bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_VerifyX509", Status: 403, Times: 1})
	output, exitCode := cli.Run(arguments(key, "apply", "-auto-approve")...)
	if exitCode == 0 {
		t.Error("the apply succeeded in spite of the fault")
	}
	printed.WriteString(output)
	printed.WriteString(cli.MustRun(arguments(key, "plan", "-out=saved.plan")...))
	printed.WriteString(cli.MustRun("show", "saved.plan"))
	printed.WriteString(cli.MustRun("show", "-json", "saved.plan"))
	printed.WriteString(cli.MustRun("apply", "-var=key="+key, "saved.plan"))
	printed.WriteString(cli.MustRun("show", "-json"))
	if err := isVerified(t, bench, ca.Certificate)(nil); err != nil {
		t.Error(err)
	}

	left := map[string]string{"the output": printed.String()}
	err := filepath.WalkDir(cli.Dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), "terraform-provider-") {
			return err
		}
		content, err := os.ReadFile(path)
		left[entry.Name()] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, expected := range []string{"trace.log", "saved.plan", "terraform.tfstate"} {
		if left[expected] == "" {
			t.Errorf("%s is not among what is searched", expected)
		}
	}
	if !strings.Contains(left["trace.log"], "generateVerificationCode") {
		t.Error("the provider's own log is not among what is searched")
	}
	for where, text := range left {
		for _, line := range keyLines(key) {
			// Terraform itself logs its command line, which is how this test gives the key.
			text = regexp.MustCompile(`(?m)^.*CLI (command )?args: .*$`).ReplaceAllString(text, "")
			if strings.Contains(text, line) {
				t.Errorf("%s holds a part of the private key", where)
			}
		}
	}
}

// TestCertificateVerification_errorsDoNotShowAKeyInTheConfiguration: Terraform
// prints the lines that an error points at, and some people write a key there.
func TestCertificateVerification_errorsDoNotShowAKeyInTheConfiguration(t *testing.T) {
	t.Parallel()
	acctest.SkipBelow(t, tfversion.Version1_11_0) // A key is a write-only argument.
	bench := acctest.Start(t, nil)
	own := newOwnCA(t, ecdsaKey(t))
	key := keyPEM(t, own.key)
	cli := bench.NewCLI("")
	for _, test := range []struct{ arguments, want string }{
		{"azure_sphere = {}\nca_private_key_pem_wo = " + heredoc(key), "Two provers"},
		{"ca_private_key_pem_wo = " + heredoc(key), "Missing ca_private_key_wo_version"},
		{"ca_private_key_wo_version = 1\nca_certificate_pem = " + heredoc(acctest.ForeignCA(t).PEM()) + "ca_private_key_pem_wo = " + heredoc(key), "does not belong to the CA"},
	} {
		cli.Write("verification.tf", fmt.Sprintf("resource \"iotcentral_certificate_verification\" \"this\" {\n"+
			"certificate_id = \"contoso.azureiotcentral.com/enrollmentGroups/x/certificates/primary\"\nthumbprint = %q\n%s\n}\n", own.Thumbprint().String(), test.arguments))
		output, _ := cli.Run("validate")
		if !strings.Contains(strings.Join(strings.Fields(output), " "), test.want) {
			t.Errorf("the error is not %q:\n%s", test.want, output)
		}
		for _, line := range keyLines(key) {
			if strings.Contains(output, line) {
				t.Errorf("the error shows the key:\n%s", output)
				break
			}
		}
	}
}

// keyLines are the lines of a PEM key that tell something.
func keyLines(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); len(line) > 8 && !strings.HasPrefix(line, "-----") {
			lines = append(lines, line)
		}
	}

	return lines
}

// verificationCertificateConfig is the handshake in three resources, where Azure Sphere stands
// for a CA that only hands out proofs.
const verificationCertificateConfig = `
variable "round" {
  default = "1"
}

data "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "this" {
  group_id     = "sphere-devices"
  display_name = "Azure Sphere"
}

resource "iotcentral_enrollment_group_certificate" "this" {
  enrollment_group_id = iotcentral_enrollment_group.this.id
  certificate_pem     = data.azuresphere_tenant_ca.this.certificate_pem
}

resource "iotcentral_verification_code" "this" {
  certificate_id = iotcentral_enrollment_group_certificate.this.id
  thumbprint     = iotcentral_enrollment_group_certificate.this.thumbprint
  keepers        = { round = var.round }
}

resource "azuresphere_proof_of_possession" "this" {
  thumbprint        = iotcentral_verification_code.this.thumbprint
  verification_code = iotcentral_verification_code.this.verification_code
}

resource "iotcentral_certificate_verification" "this" {
  certificate_id               = iotcentral_enrollment_group_certificate.this.id
  thumbprint                   = iotcentral_enrollment_group_certificate.this.thumbprint
  verification_certificate_pem = azuresphere_proof_of_possession.this.certificate_pem
}
`

func TestCertificateVerification_takesAProofMadeElsewhere(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	another := config.Variables{"round": config.StringVariable("2")}
	bench.Run(
		resource.TestStep{
			Config: verificationCertificateConfig,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(verification, "verified", knownvalue.Bool(true)),
				attribute(verification, "subject", knownvalue.StringExact(ca.Subject())),
			},
			Check: resource.ComposeTestCheckFunc(isVerified(t, bench, ca), func(*terraform.State) error {
				if codes := bench.Count()["EnrollmentGroups_GenerateVerificationCodeX509"]; codes != 1 {
					t.Errorf("%d codes were generated; each but the first voids the one that was signed", codes)
				}
				return nil
			}),
		},
		resource.TestStep{
			Config:           verificationCertificateConfig,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
		resource.TestStep{
			// The code went with the certificate that it was for: the old proof is worth nothing.
			PreConfig: func() { bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false) },
			Config:    verificationCertificateConfig,
			ExpectError: regexp.MustCompile(`(?s)IoT Central refuses the proof of possession.*verification_certificate_pem.*422.*` +
				`is\s+not\s+the\s+current\s+one.*-replace=`),
		},
		resource.TestStep{
			Config: verificationCertificateConfig, ConfigVariables: another,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction("iotcentral_verification_code.this", plancheck.ResourceActionReplace),
				plancheck.ExpectResourceAction("azuresphere_proof_of_possession.this", plancheck.ResourceActionReplace),
				plancheck.ExpectResourceAction(verification, plancheck.ResourceActionUpdate),
			}},
			Check: isVerified(t, bench, ca),
		},
		resource.TestStep{
			Config: verificationCertificateConfig, ConfigVariables: another,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		},
	)
}

// TestCertificateVerification_expiredProofOfAVerifiedCertificateIsNoError: the
// proof stays in the configuration long after it was used.
func TestCertificateVerification_expiredProofOfAVerifiedCertificateIsNoError(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), true)
	expired := fmt.Sprintf(`
resource "iotcentral_certificate_verification" "this" {
  certificate_id               = "%s/enrollmentGroups/%s/certificates/primary"
  thumbprint                   = %q
  verification_certificate_pem = %s}
`, bench.Host(), groupName, ca.Thumbprint().String(), heredoc(ca.Proof(t, "code", time.Now().Add(-24*time.Hour)).PEM()))
	bench.Run(
		resource.TestStep{Config: expired, Check: isVerified(t, bench, ca.Certificate)},
		resource.TestStep{Config: expired, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		resource.TestStep{
			PreConfig:   func() { bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false) },
			Config:      expired,
			ExpectError: regexp.MustCompile(`(?s)proof of possession is not valid.*verification_certificate_pem.*It was not sent`),
		},
	)
	if sent := bench.Count()["EnrollmentGroups_VerifyX509"]; sent != 0 {
		t.Errorf("an expired proof was sent %d times", sent)
	}
}

func TestCertificateVerification_wrongProversFailInThePlan(t *testing.T) {
	t.Parallel()
	own, foreign := newOwnCA(t, ecdsaKey(t)), acctest.ForeignCA(t)
	_, ed25519Key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var (
		key     = "ca_private_key_pem_wo = " + heredoc(keyPEM(t, own.key))
		version = "ca_private_key_wo_version = 1\n"
		ca      = "ca_certificate_pem = " + heredoc(own.PEM())
		proof   = "verification_certificate_pem = " + heredoc(foreign.Proof(t, "code", time.Now()).PEM())
	)
	for name, test := range map[string]struct {
		arguments, thumbprint, want string
	}{
		"none":                       {"", own.Thumbprint().String(), `(?s)No prover.*azure_sphere.*ca_private_key_pem_wo.*verification_certificate_pem`},
		"tenant and proof":           {"azure_sphere = {}\n" + proof, own.Thumbprint().String(), `(?s)Two provers.*azure_sphere\s+and\s+verification_certificate_pem`},
		"tenant and key":             {"azure_sphere = {}\n" + key + version, own.Thumbprint().String(), `(?s)Two provers.*azure_sphere\s+and\s+ca_private_key_pem_wo`},
		"proof and key":              {proof + key + version + ca, own.Thumbprint().String(), `(?s)Two provers.*verification_certificate_pem\s+and\s+ca_private_key_pem_wo`},
		"key without version":        {key + ca, own.Thumbprint().String(), `(?s)Missing ca_private_key_wo_version`},
		"key without certificate":    {key + version, own.Thumbprint().String(), `(?s)Missing ca_certificate_pem`},
		"version without key":        {"azure_sphere = {}\n" + version, own.Thumbprint().String(), `(?s)Missing ca_private_key_pem_wo.*ca_private_key_wo_version`},
		"key of another CA":          {"ca_private_key_pem_wo = " + heredoc(keyPEM(t, ecdsaKey(t))) + version + ca, own.Thumbprint().String(), `(?s)Unusable private key.*does\s+not\s+belong\s+to\s+the\s+CA`},
		"Ed25519 key":                {"ca_private_key_pem_wo = " + heredoc(keyPEM(t, ed25519Key)) + version + ca, own.Thumbprint().String(), `(?s)Unusable private key.*Ed25519.*RSA\s+or\s+ECDSA`},
		"certificate instead of key": {"ca_private_key_pem_wo = " + heredoc(own.PEM()) + version + ca, own.Thumbprint().String(), `(?s)Unusable private key.*holds\s+no\s+private\s+key`},
		"certificate of another CA":  {key + version + ca, foreign.Thumbprint().String(), `(?s)Another CA certificate.*` + own.Thumbprint().String()},
		"leaf as CA":                 {proof + "ca_certificate_pem = " + heredoc(foreign.Leaf(t, "device").PEM()), foreign.Thumbprint().String(), `(?s)Not a CA certificate.*ca_certificate_pem`},
		"tenant and CA certificate":  {"azure_sphere = {}\n" + ca, own.Thumbprint().String(), `(?s)Superfluous ca_certificate_pem`},
		"CA as proof":                {"verification_certificate_pem = " + heredoc(own.PEM()), own.Thumbprint().String(), `(?s)Not a proof of possession.*verification_certificate_pem.*CA\s+certificate\s+itself`},
		"proof of another CA":        {proof + ca, own.Thumbprint().String(), `(?s)Not a proof of possession.*not\s+signed\s+by\s+the\s+CA`},
		"bundle as proof":            {"verification_certificate_pem = " + heredoc(own.PEM()+own.PEM()), own.Thumbprint().String(), `(?s)Not a certificate.*verification_certificate_pem.*bundle\s+of\s+2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench := acctest.Start(t, nil)
			bench.Run(resource.TestStep{
				Config: fmt.Sprintf("resource \"iotcentral_certificate_verification\" \"this\" {\n"+
					"certificate_id = \"contoso.azureiotcentral.com/enrollmentGroups/x/certificates/primary\"\nthumbprint = %q\n%s\n}\n", test.thumbprint, test.arguments),
				PlanOnly:    true,
				ExpectError: regexp.MustCompile(test.want),
			})
			if sent := len(bench.Requests()); sent != 0 {
				t.Errorf("%d requests were sent", sent)
			}
		})
	}
}

// TestCertificateVerification_proverThatIsUnknownWhilePlanning gives each prover
// by way of another resource.
func TestCertificateVerification_proverThatIsUnknownWhilePlanning(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := bench.ActiveCA()
	portalGroup(bench)
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	bench.Run(resource.TestStep{
		Config: fmt.Sprintf(`
resource "terraform_data" "thumbprint" {
  input = %q
}

resource "terraform_data" "tenant" {
  input = %q
}

resource "iotcentral_certificate_verification" "this" {
  certificate_id               = "%s/enrollmentGroups/%s/certificates/primary"
  thumbprint                   = terraform_data.thumbprint.output
  azure_sphere                 = terraform_data.tenant.output == "" ? null : { catalog_id = terraform_data.tenant.output }
  verification_certificate_pem = terraform_data.tenant.output == "" ? "never" : null
}
`, ca.Thumbprint().String(), bench.Info().CatalogID, bench.Host(), groupName),
		Check: isVerified(t, bench, ca),
	})
}

// TestCertificateVerification_verificationCertificateMeetsTheSameFailures as one that the
// provider gets itself.
func TestCertificateVerification_verificationCertificateMeetsTheSameFailures(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	portalGroup(bench)
	ca := acctest.ForeignCA(t)
	server := bench.NewServer()
	arguments := map[string]any{
		"certificate_id": groupID(bench) + "/certificates/primary", "thumbprint": ca.Thumbprint().String(),
		"verification_certificate_pem": ca.Proof(t, "code", time.Now()).PEM(),
	}
	check := func(what string, parts ...string) {
		t.Helper()
		if created := server.Create(typeVerification, arguments); !hasOne(created.Errors, parts...) || created.State != nil {
			t.Errorf("%s: got %v, %q, want an error with %q", what, created.State, created.Errors, parts)
		}
	}
	check("an empty entry", "Nothing to verify")
	bench.SwapCertificate(groupName, iotcentral.Primary, acctest.ForeignCA(t).DER(), false)
	check("another certificate", "The entry holds another certificate")
	bench.SwapCertificate(groupName, iotcentral.Primary, ca.DER(), false)
	for status, part := range map[int]string{403: "App Administrator", 429: "-parallelism", 500: "with the same proof"} {
		bench.Fail(emulator.Fault{Operation: "EnrollmentGroups_VerifyX509", Status: status})
		check(strconv.Itoa(status), "Cannot verify the certificate", strconv.Itoa(status), part)
		bench.ClearFaults()
	}
}
