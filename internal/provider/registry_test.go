// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"strings"
	"testing"
)

// maxPage is what the Registry shows of a page, in bytes; it cuts the rest.
const maxPage = 500_000

var frontMatter = regexp.MustCompile(`(?s)\A---\npage_title: "([^"]+)"\n(?:subcategory: "([^"]*)"\n)?description: \|-\n((?:  .*\n)+)---\n\n# (.+?)\n`)

// TestPages_areWhatTheRegistryRenders looks at what the Registry makes its navigation of: the place of a page, its title, its
// subcategory, and a description that is plain text. It shows all pages under each of the two names.
func TestPages_areWhatTheRegistryRenders(t *testing.T) {
	t.Parallel()
	_, types := describe(t)
	kinds := map[string]string{
		"resources": "Resource", "data-sources": "Data Source", "ephemeral-resources": "Ephemeral Resource", "list-resources": "List Resource",
	}
	titles := map[string][2]string{"docs/functions/parse_certificate.md": {"parse_certificate (Function)", "Azure Sphere"}}
	for _, one := range types {
		subcategory := "Azure Sphere"
		if strings.HasPrefix(one.name, "iotcentral_") {
			subcategory = "IoT Central"
		}
		titles["docs/"+one.page()] = [2]string{one.name + " (" + kinds[one.folder] + ")", subcategory}
	}
	for name, content := range pageTexts(t) {
		if name == "README.md" {
			continue
		}
		found := frontMatter.FindStringSubmatch(content)
		if found == nil {
			t.Errorf("%s: the front matter is not a title, a subcategory and a description, or no heading follows", name)
			continue
		}
		title, subcategory, description, heading := found[1], found[2], found[3], found[4]
		if want, ofType := titles[name]; ofType && (title != want[0] || subcategory != want[1] || heading != title) {
			t.Errorf("%s: title %q, subcategory %q and heading %q; want %q", name, title, subcategory, heading, want)
		}
		if strings.HasPrefix(name, "docs/guides/") && (subcategory != "" || heading != title) {
			t.Errorf("%s: title %q, subcategory %q and heading %q; a guide has no subcategory", name, title, subcategory, heading)
		}
		if strings.ContainsAny(description, "`*[") {
			t.Errorf("%s: the description has mark-up, which the Registry shows as it is: %s", name, description)
		}
		if len(content) > maxPage {
			t.Errorf("%s has %d bytes", name, len(content))
		}
	}
}
