// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package markdown

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// CheckLinks returns what is wrong with the links of pages to files of the
// repository: the file, or the anchor, does not exist. It knows the pages by their
// slash-separated path below root, and sends no request: other addresses are checked
// for their form alone. Files of the repository are also known by their address on
// GitHub, which pages need for pictures, since the Registry shows no others.
func CheckLinks(root string, pages []string) ([]string, error) {
	parsed := map[string]Page{}
	read := func(name string) (Page, error) {
		if page, found := parsed[name]; found {
			return page, nil
		}
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return Page{}, err
		}
		parsed[name] = Parse(content)
		return parsed[name], nil
	}
	var wrong []string
	for _, name := range pages {
		page, err := read(name)
		if err != nil {
			return nil, err
		}
		for _, link := range page.Links {
			if problem := checkLink(root, name, link.To, read); problem != "" {
				wrong = append(wrong, fmt.Sprintf("%s:%d: %s: %s", name, link.Line, link.To, problem))
			}
		}
	}

	return wrong, nil
}

// published are addresses of the repository's files.
var published = []string{
	"https://raw.githubusercontent.com/spheretrust/terraform-provider-azuresphere/main/",
	"https://github.com/spheretrust/terraform-provider-azuresphere/blob/main/",
	"https://github.com/spheretrust/terraform-provider-azuresphere/tree/main/",
}

func checkLink(root, from, to string, read func(string) (Page, error)) string {
	for _, base := range published {
		if file, found := strings.CutPrefix(to, base); found {
			from, to = ".", file
		}
	}
	address, err := url.Parse(to)
	switch {
	case err != nil:
		return "it is not an address"
	case address.Scheme == "https" && address.Host != "", address.Scheme == "mailto":
		return ""
	case address.Scheme != "" || address.Host != "" || path.IsAbs(address.Path):
		return "it is neither an https:// address nor a path from this page"
	}
	target := from
	if address.Path != "" {
		target = path.Join(path.Dir(from), address.Path)
	}
	info, err := fs.Stat(os.DirFS(root), target)
	switch {
	case err != nil:
		return "there is no " + target
	case address.Fragment == "":
		return ""
	case info.IsDir() || path.Ext(target) != ".md":
		return target + " has no anchors"
	}
	page, err := read(target)
	if err != nil {
		return err.Error()
	}
	if !page.Anchors[address.Fragment] {
		return target + " has no heading with this anchor"
	}

	return ""
}

// Pages lists the Markdown files of folders and files below root, sorted.
func Pages(root string, names ...string) ([]string, error) {
	var pages []string
	for _, name := range names {
		err := filepath.WalkDir(filepath.Join(root, name), func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(file) != ".md" {
				return err
			}
			relative, err := filepath.Rel(root, file)
			pages = append(pages, filepath.ToSlash(relative))
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(pages)

	return slices.CompactFunc(pages, strings.EqualFold), nil
}
