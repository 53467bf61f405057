// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Docs writes the reference in docs/ from the provider's schema, templates/ and
// examples/, with tfplugindocs. That tool takes one provider name and refuses types
// that begin with another word, so it runs once for each of the two names, and the
// results are laid over each other.
//
// A page of a type is its template below templates/, with the shared pieces of
// templates/partials.tmpl in front. Every type needs a template of its own.
//
// It also fills in the tables of modules, and draws the pictures in pictures/ with d2.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/mirror"
)

func main() {
	log.SetFlags(0)
	tool := flag.String("tfplugindocs", "bin/tools/tfplugindocs", "the tool that renders the pages")
	root := flag.String("root", ".", "the repository")
	d2 := flag.String("d2", "bin/tools/d2", "the tool that draws the pictures")
	check := flag.Bool("check", false, "change nothing, and fail if there is something to change")
	valid := flag.Bool("validate", false, "change nothing, and have tfplugindocs validate the pages of each provider name")
	flag.Parse()
	if err := run(context.Background(), *tool, *d2, *root, *check, *valid); err != nil {
		log.Fatalf("docs: %v", err)
	}
}

func run(ctx context.Context, tool, d2, root string, check, valid bool) error {
	tool, err := filepath.Abs(tool)
	if err != nil {
		return err
	}
	described, err := readSchemas(ctx)
	if err != nil {
		return err
	}
	if valid {
		return validate(ctx, tool, root, described)
	}
	pages := map[string][]byte{}
	for number, name := range mirror.Names() {
		rendered, err := render(ctx, tool, root, name, described, number == 0)
		if err != nil {
			return fmt.Errorf("pages of %s: %w", name, err)
		}
		for path, page := range rendered {
			if _, taken := pages[path]; taken {
				return fmt.Errorf("two types share the page %s", path)
			}
			pages[path] = page
		}
	}

	if pages[operationsFile], err = operationsPage(); err != nil { //nolint:contextcheck // opening listeners takes no time that could be cut short
		return err
	}

	modules, err := readModules(root)
	if err != nil {
		return err
	}
	pictures, err := drawPictures(ctx, d2, root)
	if err != nil {
		return err
	}
	target := filepath.Join(root, "docs")
	if check {
		return errors.Join(compare(target, pages), compareModules(root, modules), comparePictures(root, pictures))
	}

	if err := write(target, pages); err != nil {
		return err
	}
	for _, files := range []map[string][]byte{modules, pictures} {
		for path, content := range files {
			if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(path)), content, 0o644); err != nil {
				return err
			}
		}
	}
	log.Printf("docs: wrote %d pages, %d pictures and the tables of %d modules", len(pages), len(pictures), len(modules))

	return nil
}

// compareModules fails when a README of a module has other tables.
func compareModules(root string, modules map[string][]byte) error {
	for path, readme := range modules {
		found, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
		if err != nil {
			return err
		}
		if !bytes.Equal(found, readme) {
			return fmt.Errorf("run make generate: the tables in %s are not up to date", path)
		}
	}

	return nil
}

// render runs tfplugindocs for the types of one provider name, and returns the
// pages by their path below docs/. The pages that belong to no type are part of the
// first name's.
func render(ctx context.Context, tool, root, name string, described *schemas, first bool) (map[string][]byte, error) {
	work, err := os.MkdirTemp("", "docs-*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := compose(filepath.Join(root, "templates"), filepath.Join(work, "templates"), described.names(name, first), first); err != nil {
		return nil, err
	}
	if err := describeArguments(filepath.Join(work, "templates", "index.md.tmpl"), described); err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(work, "examples"), os.DirFS(filepath.Join(root, "examples"))); err != nil {
		return nil, err
	}
	encoded, err := described.marshal(name, first)
	if err != nil {
		return nil, err
	}
	schema := filepath.Join(work, "schema.json")
	if err := os.WriteFile(schema, encoded, 0o600); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, tool, "generate",
		"--provider-dir", work, "--provider-name", name, "--providers-schema", schema)
	if output, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, output)
	}

	pages, err := readPages(filepath.Join(work, "docs"))
	if err != nil || first {
		return pages, err
	}
	delete(pages, "index.md")

	return pages, nil
}

// describeArguments writes the descriptions of the provider's arguments into the
// template of the index.
func describeArguments(template string, described *schemas) error {
	content, err := os.ReadFile(template)
	if err != nil {
		return err
	}
	if content, err = expandArguments(content, described.Provider.Block); err != nil {
		return err
	}

	return os.WriteFile(template, content, 0o600)
}

// folders are where the templates of types are, by what they describe.
func (s *schemas) folders() map[string][]string {
	return map[string][]string{
		"resources":           keys(s.ResourceSchemas),
		"data-sources":        keys(s.DataSourceSchemas),
		"ephemeral-resources": keys(s.EphemeralResourceSchemas),
		"list-resources":      keys(s.ListResourceSchemas),
		"functions":           keys(s.Functions),
	}
}

// names are the pages of one provider name, as resources/tenant_ca. The value says
// whether the page is wanted: those of other names are known, and left out.
func (s *schemas) names(ofProvider string, withFunctions bool) map[string]bool {
	pages := map[string]bool{}
	for folder, names := range s.folders() {
		for _, name := range names {
			if folder == "functions" {
				pages[folder+"/"+name] = withFunctions
				continue
			}
			prefix, short, _ := strings.Cut(name, "_")
			pages[folder+"/"+short] = prefix == ofProvider
		}
	}
	pages["index"] = true

	return pages
}

func keys[T any](all map[string]T) []string {
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)

	return names
}

// compose copies the wanted templates, each with the partials in front, and fails
// when one is missing, or describes nothing. Guides are copied as they are.
func compose(from, to string, pages map[string]bool, withGuides bool) error {
	partials, err := os.ReadFile(filepath.Join(from, "partials.tmpl"))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	err = filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "partials.tmpl" {
			return err
		}
		relative, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		page, isTemplate := strings.CutSuffix(filepath.ToSlash(relative), ".md.tmpl")
		if isTemplate {
			wanted, known := pages[page]
			if !known {
				return fmt.Errorf("%s describes no type of the provider", file)
			}
			seen[page] = true
			if !wanted {
				return nil
			}
			content = append(slices.Clone(partials), content...)
		} else if !withGuides {
			return nil
		}
		target := filepath.Join(to, relative)
		if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
			return err
		}

		return os.WriteFile(target, content, 0o600)
	})
	if err != nil {
		return err
	}
	var missing []string
	for page := range pages {
		if !seen[page] {
			missing = append(missing, filepath.Join(from, page+".md.tmpl"))
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("templates are missing: %s", strings.Join(missing, ", "))
	}

	return nil
}

func readPages(dir string) (map[string][]byte, error) {
	pages := map[string][]byte{}
	err := filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(file)
		pages[filepath.ToSlash(relative)] = append(bytes.TrimSpace(content), '\n')

		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return pages, nil
	}

	return pages, err
}

// write replaces the folder by the pages.
func write(dir string, pages map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for path, page := range pages {
		file := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, page, 0o644); err != nil {
			return err
		}
	}

	return nil
}

// compare fails when the folder does not hold the pages, and names those at fault.
func compare(dir string, pages map[string][]byte) error {
	found, err := readPages(dir)
	if err != nil {
		return err
	}
	var differences []string
	for path, page := range pages {
		switch there, ok := found[path]; {
		case !ok:
			differences = append(differences, path+" is missing")
		case !bytes.Equal(there, page):
			differences = append(differences, path+" is not up to date")
		}
	}
	for path := range found {
		if _, ok := pages[path]; !ok {
			differences = append(differences, path+" is not generated from anything")
		}
	}
	if len(differences) == 0 {
		return nil
	}
	slices.Sort(differences)

	return fmt.Errorf("run make generate:\n  %s", strings.Join(differences, "\n  "))
}
