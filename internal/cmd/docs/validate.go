// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

// validate runs tfplugindocs validate for each provider name, on the pages in docs/, and checks the links of all pages. It takes a page whose type has
// another prefix for one of no type, so each name is shown its own pages, and those that belong to no type at all.
func validate(ctx context.Context, tool, root string, described *schemas) error {
	pages, err := readPages(filepath.Join(root, "docs"))
	if err != nil {
		return err
	}
	if err := checkLinks(root); err != nil {
		return err
	}
	for number, name := range mirror.Names() {
		if err := validateName(ctx, tool, name, described, number == 0, pages); err != nil {
			return fmt.Errorf("pages of %s: %w", name, err)
		}
	}
	return nil
}

// linked are the pages outside docs/ whose links are checked.
var linked = []string{"docs", "README.md", "CONTRIBUTING.md", "DESIGN.md", "CHANGELOG.md", "SECURITY.md", "SUPPORT.md", "CODE_OF_CONDUCT.md", "tools/gremlins", "examples"}

// checkLinks fails for a link to a file or an anchor that does not exist.
func checkLinks(root string) error {
	pages, err := markdown.Pages(root, linked...)
	if err != nil {
		return err
	}
	wrong, err := markdown.CheckLinks(root, pages)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("links:\n  %s", strings.Join(wrong, "\n  "))
	}
	return err
}

func validateName(ctx context.Context, tool, name string, described *schemas, first bool, pages map[string][]byte) error {
	work, err := os.MkdirTemp("", "docs-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := write(filepath.Join(work, "docs"), ofName(pages, described.names(name, first))); err != nil {
		return err
	}
	encoded, err := described.marshal(name, first)
	if err != nil {
		return err
	}
	schema := filepath.Join(work, "schema.json")
	if err := os.WriteFile(schema, encoded, 0o600); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, tool, "validate", "--provider-dir", work, "--provider-name", name, "--providers-schema", schema)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
}

// ofName leaves out the pages that are known to belong to another name. A page that no type has is kept, to be found.
func ofName(pages map[string][]byte, names map[string]bool) map[string][]byte {
	kept := map[string][]byte{}
	for path, page := range pages {
		if wanted, known := names[strings.TrimSuffix(path, ".md")]; wanted || !known {
			kept[path] = page
		}
	}
	return kept
}
