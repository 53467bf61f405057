// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/conformance"
)

// TestModels_acceptTheOfficialExamples decodes Microsoft's own examples, where
// make specs or the machine has them, into the types of this package.
func TestModels_acceptTheOfficialExamples(t *testing.T) {
	t.Parallel()
	specs, err := conformance.Dir()
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(specs, "iot-central", "examples-2022*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("there are no examples in %s", specs)
	}
	models := map[string]func() any{
		"create":                       func() any { return new(EnrollmentGroup) },
		"update":                       func() any { return new(EnrollmentGroup) },
		"get":                          func() any { return new(EnrollmentGroup) },
		"list":                         func() any { return new(struct{ Value []EnrollmentGroup }) },
		"setx509":                      func() any { return new(signingCertificate) },
		"getx509":                      func() any { return new(signingCertificate) },
		"generateverificationcodex509": func() any { return new(struct{ VerificationCode string }) },
		"delete":                       nil,
		"removex509":                   nil,
		"verifyx509":                   nil,
	}
	for _, file := range files {
		operation := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".json"), "enrollmentgroups_")
		t.Run(filepath.Base(filepath.Dir(file))+"/"+operation, func(t *testing.T) {
			t.Parallel()
			model, known := models[operation]
			if !known {
				t.Fatalf("there is no model for the operation %q", operation)
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var example struct {
				Responses map[string]struct{ Body json.RawMessage }
			}
			if err := json.Unmarshal(content, &example); err != nil {
				t.Fatal(err)
			}
			for status, response := range example.Responses {
				if model == nil || len(response.Body) == 0 {
					continue
				}
				into := model()
				if err := json.Unmarshal(response.Body, into); err != nil {
					t.Errorf("%s: %v", status, err)
				}
				switch decoded := into.(type) {
				case *EnrollmentGroup:
					if decoded.ID == "" || decoded.DisplayName == "" || decoded.Type == "" || decoded.Attestation.Type == "" {
						t.Errorf("%s: members were lost: %+v", status, decoded)
					}
				case *signingCertificate:
					if public, err := decoded.public(); err != nil || public.Thumbprint.IsZero() {
						t.Errorf("%s: the thumbprint was lost: %+v, %v", status, decoded, err)
					}
				}
			}
		})
	}
}
