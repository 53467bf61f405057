// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azuresphere"
)

// parse calls the function as Terraform does, without Terraform.
func parse(t *testing.T, text string) (map[string]attr.Value, *function.FuncError) {
	t.Helper()
	parser := azuresphere.NewParseCertificateFunction()
	var definition function.DefinitionResponse
	parser.Definition(t.Context(), function.DefinitionRequest{}, &definition)
	value, funcErr := definition.Definition.Return.NewResultData(t.Context())
	if funcErr != nil {
		t.Fatal(funcErr)
	}
	resp := function.RunResponse{Result: value}
	parser.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.StringValue(text)})}, &resp)
	object, _ := resp.Result.Value().(types.Object)

	return object.Attributes(), resp.Error
}

func TestParseCertificate_readsEverySpelling(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	leaf := ca.Leaf(t, "device")
	for name, test := range map[string]struct {
		text string
		want *certs.Certificate
	}{
		"PEM":           {ca.PEM(), ca.Certificate},
		"CRLF":          {strings.ReplaceAll(ca.PEM(), "\n", "\r\n"), ca.Certificate},
		"base64 DER":    {ca.Base64(), ca.Certificate},
		"base64 of PEM": {ca.Base64PEM(), ca.Certificate},
		"not a CA":      {leaf.PEM(), leaf},
	} {
		got, err := parse(t, test.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := map[string]attr.Value{
			"subject":            types.StringValue(test.want.Subject()),
			"issuer":             types.StringValue(test.want.Issuer()),
			"serial_number":      types.StringValue(test.want.SerialNumber()),
			"not_before":         types.StringValue(test.want.NotBefore().Format(time.RFC3339)),
			"not_after":          types.StringValue(test.want.NotAfter().Format(time.RFC3339)),
			"thumbprint":         types.StringValue(test.want.Thumbprint().String()),
			"thumbprint_sha256":  types.StringValue(test.want.ThumbprintSHA256()),
			"is_ca":              types.BoolValue(test.want == ca.Certificate),
			"certificate_pem":    types.StringValue(test.want.PEM()),
			"certificate_base64": types.StringValue(test.want.Base64()),
		}
		for attribute := range want {
			if !want[attribute].Equal(got[attribute]) {
				t.Errorf("%s: %s is %s, want %s", name, attribute, got[attribute], want[attribute])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %d attributes, want %d", name, len(got), len(want))
		}
	}
}

func TestParseCertificate_saysWhatTheTextIsInstead(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	// SignedData of PKCS#7, as in a .p7b file, as far as it takes to tell.
	pkcs7 := []byte{0x30, 0x0f, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02, 0xa0, 0x02, 0x30, 0x00}
	for name, test := range map[string]struct{ text, want string }{
		"bundle": {ca.PEM() + ca.PEM(), "bundle of 2 certificates"},
		"key":    {certstest.PEM("PRIVATE KEY", []byte("secretsecretsecret")), "private key"},
		"PKCS#7": {certstest.Base64(pkcs7), "PKCS#7"},
		"text":   {"hello", "neither PEM nor base64"},
		"empty":  {"", "empty"},
	} {
		_, err := parse(t, test.text)
		switch {
		case err == nil || !strings.Contains(err.Text, test.want):
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		case err.FunctionArgument == nil || *err.FunctionArgument != 0:
			t.Errorf("%s: the error is not about the argument", name)
		case strings.HasSuffix(err.Text, "."):
			t.Errorf("%s: Terraform would end the message with two periods: %q", name, err.Text)
		case test.text != "" && strings.Contains(err.Text, test.text):
			t.Errorf("%s: the error repeats the text", name)
		}
	}
}

func TestParseCertificate_isCalledUnderBothNames(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	ca := acctest.ForeignCA(t)
	resource.Test(t, resource.TestCase{
		IsUnitTest:               true,
		ProtoV6ProviderFactories: bench.Providers(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf(`
terraform {
  required_providers {
    azuresphere = { source = "spheretrust/azuresphere" }
    iotcentral  = { source = "spheretrust/iotcentral" }
  }
}

output "subject" {
  value = provider::azuresphere::parse_certificate(%[1]q).subject
}

output "is_ca" {
  value = provider::iotcentral::parse_certificate(%[1]q).is_ca
}
`, ca.Base64()),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("subject", knownvalue.StringExact(ca.Subject())),
				statecheck.ExpectKnownOutputValue("is_ca", knownvalue.Bool(true)),
			},
		}},
	})
	if sent := len(bench.Requests()); sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}
