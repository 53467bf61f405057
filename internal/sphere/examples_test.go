// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package sphere

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestModels_acceptTheOfficialExamples decodes Microsoft's own examples, where they
// are at hand beside the repository, into the types of this package.
func TestModels_acceptTheOfficialExamples(t *testing.T) {
	t.Parallel()
	folder := filepath.FromSlash("../../../shared/contract/specs/azure-sphere/examples")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("Microsoft's examples are not beside this repository, which does not hold copies of them")
	}
	content, err := os.ReadFile(filepath.Join(folder, "Certificates_ListByCatalog.json"))
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
