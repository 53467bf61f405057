// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOperationsPage_isUpToDate(t *testing.T) {
	t.Parallel()
	page, err := operationsPage()
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", filepath.FromSlash(operationsFile)))
	if err != nil || !bytes.Equal(committed, page) {
		t.Errorf("run make generate: docs/%s is not what the routes say: %v", operationsFile, err)
	}
	for _, row := range []string{
		"## IoT Central\n", "| `EnrollmentGroups_List` | `GET /api/enrollmentGroups` | 2022-07-31, 2022-10-31-preview, 2022-06-30-preview | specification | ",
		"| `page-size` | `0`, `1`, … | IoT Central: ", "It concerns all operations of the service",
	} {
		if !strings.Contains(string(page), row) {
			t.Errorf("the page has no %q", row)
		}
	}
}
