// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
)

// pageTexts are the pages of the documentation as they are written, by their path below the repository.
func pageTexts(t *testing.T) map[string]string {
	t.Helper()
	names, err := markdown.Pages(root, "docs", "README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(content)
	}

	return all
}

// pages are the pages of the documentation, by their path below the repository.
func pages(t *testing.T) map[string]markdown.Page {
	t.Helper()
	all := map[string]markdown.Page{}
	for name, content := range pageTexts(t) {
		all[name] = markdown.Parse([]byte(content))
	}

	return all
}

// isHCL says whether a block is of Terraform's language.
func isHCL(block markdown.Block) bool {
	return slices.Contains([]string{"terraform", "hcl"}, block.Language)
}

// kindOfFile says what file a block is: a configuration (.tf), a test (.tftest.hcl) or a query (.tfquery.hcl).
func kindOfFile(t *testing.T, where, text string) string {
	t.Helper()
	parsed, diags := hclsyntax.ParseConfig([]byte(text), where, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", where, diags)
	}
	body, _ := parsed.Body.(*hclsyntax.Body)
	for _, block := range body.Blocks {
		switch block.Type {
		case "run", "mock_provider", "variables":
			return ".tftest.hcl"
		case "list":
			return ".tfquery.hcl"
		}
	}

	return ".tf"
}

var (
	identityBlock = regexp.MustCompile(`(?m)^import \{\n(?:.*\n)*?\}\n`)
	// newer are what configurations use that an older Terraform does not know.
	newer = []struct {
		part    string
		minimum *version.Version
	}{
		{"  identity = {", version.Must(version.NewVersion("1.12.0"))},
		{"_wo ", version.Must(version.NewVersion("1.11.0"))},
		{"ephemeral ", version.Must(version.NewVersion("1.10.0"))},
	}
)

// TestPages_everyConfigurationIsComplete takes each configuration of each page alone, as somebody who copies it would.
// Those that TestExamples applies are not validated a second time.
func TestPages_everyConfigurationIsComplete(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	applied := map[string]bool{}
	for _, one := range examples(t) {
		applied[strings.TrimSpace(one.config)] = true
	}
	formatted := bench.NewEmptyCLI()
	validated := map[string]bool{}
	for name, page := range pages(t) {
		main, previous := "", ""
		for number, block := range page.Blocks {
			if !isHCL(block) {
				continue
			}
			where := fmt.Sprintf("%s:%d", name, block.Line)
			kind := kindOfFile(t, where, block.Text)
			formatted.Write(fmt.Sprintf("%s-%d%s", strings.ReplaceAll(name, "/", "-"), number, kind), block.Text)
			switch {
			case kind == ".tf" && !strings.Contains(block.Text, "required_providers") && ourTypes.MatchString(block.Text):
				t.Errorf("%s: the configuration has no required_providers", where)
			case kind == ".tf" && main == "":
				main = block.Text
			case kind == ".tfquery.hcl" || applied[strings.TrimSpace(block.Text)] || validated[block.Text]:
				continue // TestLists compares queries with their schema: running one needs a newer Terraform.
			}
			if applied[strings.TrimSpace(block.Text)] {
				continue
			}
			validated[block.Text] = true
			helper := previous
			if kind == ".tf" {
				previous = block.Text
			}
			t.Run(where, func(t *testing.T) {
				t.Parallel()
				validate(t, main, kind, block.Text, helper)
			})
		}
	}
	if output, code := formatted.Run("fmt", "-check", "-diff"); code != 0 {
		t.Errorf("terraform fmt changes configurations of pages:\n%s", output)
	}
}

var (
	ourTypes   = regexp.MustCompile(`"(azuresphere|iotcentral)_`)
	testModule = regexp.MustCompile(`source = "\./(tests/[^"]+)"`)
)

// validate validates a configuration, or a test of a page's first configuration. A module of a test is the configuration
// that the page shows before it.
func validate(t *testing.T, main, kind, text, helper string) {
	t.Helper()
	bench := acctest.Start(t, nil)
	for _, one := range newer {
		if !strings.Contains(text, one.part) || !acctest.IsBelow(t, one.minimum) {
			continue
		}
		if one.part == "  identity = {" { // TestResources compares it with its schema.
			text = identityBlock.ReplaceAllString(text, "")
			continue
		}
		t.Skipf("%q needs a newer Terraform", one.part)
	}
	config := text
	if kind != ".tf" {
		config = main
	}
	cli := bench.NewCompleteCLI(config)
	if kind != ".tf" {
		cli.Write("page"+kind, text)
	}
	if module := testModule.FindStringSubmatch(text); module != nil {
		cli = bench.NewEmptyCLI() // init installs the module.
		cli.Write("main.tf", config)
		cli.Write("page"+kind, text)
		if err := os.MkdirAll(filepath.Join(cli.Dir, module[1]), 0o700); err != nil {
			t.Fatal(err)
		}
		cli.Write(filepath.Join(module[1], "main.tf"), helper)
		cli.MustRun("init")
	}
	if strings.Contains(text, `"./mocks"`) {
		if err := os.CopyFS(filepath.Join(cli.Dir, "mocks"), os.DirFS(filepath.Join(root, "examples", "mocks"))); err != nil {
			t.Fatal(err)
		}
	}
	if output, code := cli.Run("validate"); code != 0 {
		t.Errorf("terraform validate exits with %d:\n%s\n%s", code, text, output)
	}
}
