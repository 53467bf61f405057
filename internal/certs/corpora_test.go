// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package certs_test

import (
	"bytes"
	"crypto/sha1" // The thumbprint is SHA-1 by definition.
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// secondReader reads a certificate with encoding/asn1 alone; crypto/x509 has a
// parser of its own.
type secondReader struct {
	TBS struct {
		Raw                asn1.RawContent
		Version            int `asn1:"optional,explicit,default:0,tag:0"`
		SerialNumber       asn1.RawValue
		SignatureAlgorithm asn1.RawValue
		Issuer             asn1.RawValue
		Validity           struct{ NotBefore, NotAfter time.Time }
		Subject            asn1.RawValue
		Rest               []asn1.RawValue `asn1:"optional"`
	}
	Algorithm asn1.RawValue
	Signature asn1.BitString
}

// output runs a Go command in a folder.
func output(t *testing.T, folder string, arguments ...string) []byte {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", arguments...)
	command.Dir = folder
	text, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(arguments, " "), err)
	}

	return text
}

func TestCertificate_agreesWithASecondReaderAboutPublicCorpora(t *testing.T) {
	t.Parallel()
	root := strings.TrimSpace(string(output(t, ".", "env", "GOROOT")))
	var zlint struct{ Dir string }
	if err := json.Unmarshal(output(t, "../../tools/zlint", "mod", "download", "-json", "github.com/zmap/zlint/v3"), &zlint); err != nil {
		t.Fatal(err)
	}
	for name, corpus := range map[string]struct {
		files string
		least int // certificates that both readers take
	}{
		"NIST PKITS": {filepath.Join(root, "src", "crypto", "x509", "testdata", "nist-pkits", "certs", "*.crt"), 390},
		"zlint":      {filepath.Join(zlint.Dir, "testdata", "*.pem"), 1100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := filepath.Glob(corpus.files)
			if err != nil {
				t.Fatal(err)
			}
			read := 0
			for _, file := range files {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := certs.Parse(string(content)); err != nil && !printable(err.Error()) {
					t.Errorf("%s: the error has control characters: %q", file, err)
				}
				if block, _ := pem.Decode(content); block != nil {
					content = block.Bytes
				}
				if agrees(t, filepath.Base(file), content) {
					read++
				}
			}
			if read < corpus.least {
				t.Errorf("%d of %d certificates were compared, want %d", read, len(files), corpus.least)
			}
		})
	}
}

// agrees compares what both readers say, and reports whether both can read it.
func agrees(t *testing.T, name string, der []byte) bool {
	t.Helper()
	certificate, err := certs.ParseDER(der)
	if err != nil {
		return false
	}
	_, _ = certs.CheckStrength(certificate), certs.Weaknesses(certificate)
	for _, text := range []string{certificate.Subject(), certificate.Issuer()} {
		if !printable(text) {
			t.Errorf("%s: %q has control characters", name, text)
		}
	}
	var second secondReader
	if _, err := asn1.Unmarshal(der, &second); err != nil {
		return false
	}
	sum := sha1.Sum(der)
	for what, pair := range map[string][2]string{
		"SHA-1":         {certificate.Thumbprint().String(), strings.ToUpper(hex.EncodeToString(sum[:]))},
		"serial number": {certificate.SerialNumber(), strings.ToUpper(hex.EncodeToString(second.TBS.SerialNumber.Bytes))},
		"not before":    {certificate.NotBefore().Format(time.RFC3339), second.TBS.Validity.NotBefore.UTC().Format(time.RFC3339)},
		"not after":     {certificate.NotAfter().Format(time.RFC3339), second.TBS.Validity.NotAfter.UTC().Format(time.RFC3339)},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %s is %s, the second reader says %s", name, what, pair[0], pair[1])
		}
	}

	return bytes.Equal(der, certificate.DER())
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(char rune) bool { return !unicode.IsPrint(char) })
}
