// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package pki_test

import (
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

// opensslFiles are what the emulator answers, as files for an independent reader.
type opensslFiles struct {
	t   *testing.T
	dir string
}

func newOpensslFiles(t *testing.T) opensslFiles {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is not installed: CI must have it for a second opinion")
		}
		t.Skip("openssl is not installed; it is a second opinion, and the other tests need nothing but Go")
	}
	return opensslFiles{t, t.TempDir()}
}

// write writes base64 of DER as a DER file.
func (o opensslFiles) write(name, encoded string) string {
	o.t.Helper()
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		o.t.Fatal(err)
	}
	name = filepath.Join(o.dir, name)
	if err := os.WriteFile(name, der, 0o600); err != nil {
		o.t.Fatal(err)
	}
	return name
}

func (o opensslFiles) writePEM(name string, der ...[]byte) string {
	o.t.Helper()
	var text []byte
	for _, d := range der {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d})...)
	}
	name = filepath.Join(o.dir, name)
	if err := os.WriteFile(name, text, 0o600); err != nil {
		o.t.Fatal(err)
	}
	return name
}

func (o opensslFiles) run(arguments ...string) string {
	o.t.Helper()
	output, err := exec.CommandContext(o.t.Context(), "openssl", arguments...).CombinedOutput()
	if err != nil {
		o.t.Fatalf("openssl %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// want fails the test unless the text matches every expression, where white space stands for any white space.
func (o opensslFiles) want(text string, expressions ...string) {
	o.t.Helper()
	for _, e := range expressions {
		if !regexp.MustCompile(strings.ReplaceAll(e, " ", `\s+`)).MatchString(text) {
			o.t.Errorf("there is no %s in\n%s", e, text)
		}
	}
}

func (o opensslFiles) wantNot(text string, expressions ...string) {
	o.t.Helper()
	for _, e := range expressions {
		if regexp.MustCompile(strings.ReplaceAll(e, " ", `\s+`)).MatchString(text) {
			o.t.Errorf("there is %s in\n%s", e, text)
		}
	}
}

// chainParts splits what openssl prints of a PKCS#7 into the DER of its certificates.
func (o opensslFiles) chainParts(file string) [][]byte {
	o.t.Helper()
	printed := []byte(o.run("pkcs7", "-inform", "DER", "-in", file, "-print_certs"))
	var parts [][]byte
	for block, rest := pem.Decode(printed); block != nil; block, rest = pem.Decode(rest) {
		parts = append(parts, block.Bytes)
	}
	return parts
}

func TestOpenSSL_readsTheCatalogCA(t *testing.T) {
	t.Parallel()
	o := newOpensslFiles(t)
	s := emulatortest.Start(t, emulator.Options{})
	serial, encoded := s.ActiveCA()
	file := o.write("ca.cer", encoded)
	text := o.run("x509", "-inform", "DER", "-in", file, "-noout", "-text", "-nameopt", "RFC2253")
	o.want(text,
		"Signature Algorithm: ecdsa-with-SHA384", "ASN1 OID: secp384r1",
		"Subject: CN=Microsoft Azure Sphere "+s.Info.SphereTenantID+",O=Microsoft Corporation,L=Redmond,ST=Washington,C=US",
		`Issuer: CN=Azure Sphere Policy CA \d{4},O=Microsoft Corporation,C=US`,
		"X509v3 Key Usage: critical Digital Signature, Certificate Sign, CRL Sign",
		"X509v3 Basic Constraints: critical CA:TRUE",
		`URI:http://crl\.sphere\.azure\.net/Microsoft Azure Sphere Policy\d{4}\.crl`,
		`CA Issuers - URI:http://pki\.sphere\.azure\.net/certificates/MicrosoftAzureSpherePolicy\d{4}\.cer`,
	)
	o.wantNot(text, "Key Identifier", "Extended Key Usage", "pathlen")
	shown := o.run("x509", "-inform", "DER", "-in", file, "-noout", "-serial")
	if got := strings.TrimPrefix(strings.TrimSpace(shown), "serial="); "00"+got != serial {
		t.Errorf("the serial number is %s, in ARM it is %s", got, serial)
	}
	fingerprint := o.run("x509", "-inform", "DER", "-in", file, "-noout", "-fingerprint", "-sha1")
	want := s.ARM(http.MethodGet, s.Info.CatalogID+"/certificates/"+serial, "").Text("properties", "thumbprint")
	_, got, _ := strings.Cut(strings.TrimSpace(fingerprint), "=")
	if strings.ReplaceAll(got, ":", "") != want {
		t.Errorf("the fingerprint is %s, in ARM the thumbprint is %s", got, want)
	}
	parsed := o.run("asn1parse", "-inform", "DER", "-in", file)
	o.want(parsed, `PRINTABLESTRING\s*:Microsoft Azure Sphere`, "UTCTIME", `BOOLEAN\s*:255`)
	o.wantNot(parsed, "UTF8STRING", "GENERALIZEDTIME")
}

func TestOpenSSL_readsAndVerifiesTheChain(t *testing.T) {
	t.Parallel()
	o := newOpensslFiles(t)
	s := emulatortest.Start(t, emulator.Options{})
	serial, encoded := s.ActiveCA()
	chain := o.write("chain.p7b", s.ARM(http.MethodPost, s.Info.CatalogID+"/certificates/"+serial+"/retrieveCertChain", "").
		Text("certificateChain"))
	parts := o.chainParts(chain)
	if len(parts) != 3 {
		t.Fatalf("openssl finds %d certificates", len(parts))
	}
	if base64.StdEncoding.EncodeToString(parts[2]) != encoded {
		t.Error("the last certificate is not the catalog's")
	}
	root, policy := o.writePEM("root.pem", parts[0]), o.writePEM("policy.pem", parts[1])
	ca := o.writePEM("ca.pem", parts[2])
	o.run("verify", "-x509_strict", "-CAfile", root, root)
	o.run("verify", "-CAfile", root, "-untrusted", policy, ca)

	proof := o.writePEM("proof.pem", s.Certificate(s.Proof(serial, "NONCE")).Raw)
	untrusted := o.writePEM("untrusted.pem", parts[1], parts[2])
	o.run("verify", "-CAfile", root, "-untrusted", untrusted, proof)

	text := o.run("x509", "-in", root, "-noout", "-text", "-nameopt", "RFC2253")
	o.want(text, `Subject: CN=Azure Sphere Root Certificate Authority \d{4},O=Microsoft Corporation,C=US`,
		"ecdsa-with-SHA384", "secp384r1", "CA:TRUE", "Digital Signature, Certificate Sign, CRL Sign",
		"X509v3 Subject Key Identifier", `1\.3\.6\.1\.4\.1\.311\.21\.1`)
	o.wantNot(text, "Authority Key Identifier", "pathlen", "Extended Key Usage", "CRL Distribution Points")

	text = o.run("x509", "-in", policy, "-noout", "-text", "-nameopt", "RFC2253")
	o.want(text, "CA:TRUE, pathlen:1", "X509v3 Extended Key Usage: TLS Web Client Authentication", "Subject Key Identifier",
		"Authority Key Identifier", "pkiops")

	// version 1, no digest algorithms, data with an empty content, certificates, no CRLs, no signers
	structure := o.run("asn1parse", "-inform", "DER", "-in", chain)
	var outline []string
	for _, line := range strings.Split(structure, "\n") {
		if depth := regexp.MustCompile(`d=([0-4]) .*l=\s*(\d+) (?:prim|cons): +([^:]+?) *(:.*)?$`).FindStringSubmatch(line); depth != nil {
			if depth[1] == "4" && depth[3] == "SEQUENCE" {
				continue // inside a certificate
			}
			outline = append(outline, strings.TrimSpace(depth[1]+" "+depth[3]+" "+depth[4]))
		}
	}
	want := []string{
		"0 SEQUENCE", "1 OBJECT :pkcs7-signedData", "1 cont [ 0 ]", "2 SEQUENCE", "3 INTEGER :01", "3 SET", "3 SEQUENCE",
		"4 OBJECT :pkcs7-data", "4 cont [ 0 ]", "3 cont [ 0 ]", "3 SET",
	}
	if strings.Join(outline, "\n") != strings.Join(want, "\n") {
		t.Errorf("the structure is\n%s\nwant\n%s\nall of it:\n%s", strings.Join(outline, "\n"), strings.Join(want, "\n"), structure)
	}
}

func TestOpenSSL_readsTheProof(t *testing.T) {
	t.Parallel()
	o := newOpensslFiles(t)
	s := emulatortest.Start(t, emulator.Options{})
	serial, _ := s.ActiveCA()
	file := o.write("proof.cer", s.Proof(serial, "AbCdEfGhIjKlMnOpQrStUv"))
	text := o.run("x509", "-inform", "DER", "-in", file, "-noout", "-text", "-nameopt", "RFC2253")
	o.want(text, "Subject: CN=AbCdEfGhIjKlMnOpQrStUv\n", "ecdsa-with-SHA384", "secp384r1",
		"X509v3 Key Usage: critical Encipher Only", "X509v3 Extended Key Usage: critical")
	o.wantNot(text, "Basic Constraints", "Key Identifier", "Authentication")
	o.want(o.run("asn1parse", "-inform", "DER", "-in", file),
		`X509v3 Key Usage .*BOOLEAN\s*:255 .*\[HEX DUMP\]:03020001`, `X509v3 Extended Key Usage .*BOOLEAN\s*:255 .*\[HEX DUMP\]:3000`,
		`PRINTABLESTRING\s*:AbCdEfGhIjKlMnOpQrStUv`)
}
