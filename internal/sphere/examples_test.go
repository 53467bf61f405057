// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
	content, err := os.ReadFile(filepath.Join(specs, "azure-sphere", "examples", "Certificates_ListByCatalog.json"))
	if err != nil {
		t.Fatal(err)
	}
	var example struct {
		Responses map[string]struct {
			Body struct{ Value []integratedCertificate }
		}
	}
	if err := json.Unmarshal(content, &example); err != nil {
		t.Fatal(err)
	}
	if example.Responses["200"].Body.Value == nil {
		t.Error("the (empty) list of the example was lost")
	}
}
