// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package markdown_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
)

const example = `---
page_title: "Example"
---

# An example, ` + "`with` code" + `

See [there](other.md#second-part), ![a picture](picture.svg) and [the web](https://example.com/a#b).

- In a list:

  ` + "```shell" + `
  terraform plan
  ` + "```" + `

| a | b |
| --- | --- |
| 1 | [in a table](missing.md) |

## Second part

` + "```terraform\nresource \"x\" \"y\" {}\n```" + `

## Second part

<a id="nestedatt--x"></a>
### Nested
`

func TestParse_findsBlocksLinksAndAnchors(t *testing.T) {
	t.Parallel()
	page := markdown.Parse([]byte(example))
	if want := []markdown.Block{{"shell", "terraform plan\n", 12}, {"terraform", "resource \"x\" \"y\" {}\n", 22}}; !slices.Equal(page.Blocks, want) {
		t.Errorf("blocks %+v, want %+v", page.Blocks, want)
	}
	var links []string
	for _, link := range page.Links {
		links = append(links, link.To)
	}
	if want := []string{"other.md#second-part", "picture.svg", "https://example.com/a#b", "missing.md"}; !slices.Equal(links, want) {
		t.Errorf("links %q, want %q", links, want)
	}
	for _, anchor := range []string{"an-example-with-code", "second-part", "second-part-1", "nested", "nestedatt--x"} {
		if !page.Anchors[anchor] {
			t.Errorf("there is no anchor %s among %v", anchor, page.Anchors)
		}
	}
}

func TestCheckLinks_findsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	const (
		raw  = "https://raw.githubusercontent.com/spheretrust/terraform-provider-azuresphere/main/"
		blob = "https://github.com/spheretrust/terraform-provider-azuresphere/blob/main/"
	)
	root := t.TempDir()
	for name, content := range map[string]string{
		"docs/a.md": "[1](b.md) [2](b.md#part) [3](b.md#none) [4](none.md) [5](#here) [6](#there) [7](../LICENSE) [8](../LICENSE#x) " +
			"[9](/docs/b.md) [10](http://example.com) [11](https://example.com) [12](b) " +
			"![13](" + raw + "LICENSE) ![14](" + raw + "none.svg) [15](" + blob + "docs/b.md#part) [16](" + blob + "docs/none.md)\n\n# Here\n",
		"docs/b.md": "# Part\n",
		"LICENSE":   "text",
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pages, err := markdown.Pages(root, "docs", "docs/a.md")
	if err != nil || !slices.Equal(pages, []string{"docs/a.md", "docs/b.md"}) {
		t.Fatalf("pages %q, %v", pages, err)
	}
	wrong, err := markdown.CheckLinks(root, pages)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, one := range wrong {
		found = append(found, strings.Fields(one)[1])
	}
	if want := []string{"b.md#none:", "none.md:", "#there:", "../LICENSE#x:", "/docs/b.md:", "http://example.com:", "b:", raw + "none.svg:", blob + "docs/none.md:"}; !slices.Equal(found, want) {
		t.Errorf("found %q, want those of %q", wrong, want)
	}
	if _, err := markdown.CheckLinks(root, []string{"docs/none.md"}); err == nil {
		t.Error("a page that does not exist is no error")
	}
	if _, err := markdown.Pages(root, "none"); err == nil {
		t.Error("a folder that does not exist is no error")
	}
}
