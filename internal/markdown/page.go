// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package markdown reads the pages of the documentation as a renderer does: code
// blocks, links, and the anchors that links may name. Commands and tests use it.
package markdown

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// Page is what matters of a page.
type Page struct {
	// Blocks are the fenced code blocks, in their order.
	Blocks []Block
	// Links are the destinations of links and pictures.
	Links []Link
	// Anchors are what a link to this page may name after "#".
	Anchors map[string]bool
	// Headings are the texts of the headings, in their order.
	Headings []string
}

// Block is a fenced code block.
type Block struct {
	// Language is the first word after the fence: "terraform", "shell".
	Language string
	// Text is the content, which ends in a line break.
	Text string
	// Line is the line of the first line of the content, from 1.
	Line int
}

// Link is a link or a picture.
type Link struct {
	// To is the destination as it is written.
	To string
	// Line is about where it stands: the first line of its paragraph.
	Line int
}

var (
	frontMatter  = regexp.MustCompile(`(?s)\A---\n.*?\n---\n`)
	givenAnchors = regexp.MustCompile(`<a (?:id|name)="([^"]+)">`)
)

// Parse reads a page. Front matter counts as lines, and not as text.
func Parse(content []byte) Page {
	content = frontMatter.ReplaceAllFunc(content, func(matter []byte) []byte {
		return bytes.Repeat([]byte("\n"), bytes.Count(matter, []byte("\n")))
	})
	page := Page{Anchors: map[string]bool{}}
	for _, given := range givenAnchors.FindAllSubmatch(content, -1) {
		page.Anchors[string(given[1])] = true
	}
	parser := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	line := 0
	_ = ast.Walk(parser.Parse(text.NewReader(content)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if node.Type() == ast.TypeBlock && node.Lines().Len() > 0 {
			line = 1 + bytes.Count(content[:node.Lines().At(0).Start], []byte("\n"))
		}
		switch node := node.(type) {
		case *ast.FencedCodeBlock:
			page.Blocks = append(page.Blocks, Block{
				Language: string(node.Language(content)), Text: string(node.Lines().Value(content)), Line: line,
			})
		case *ast.Heading:
			heading := plain(node, content)
			page.Headings = append(page.Headings, heading)
			page.Anchors[page.unused(Slug(heading))] = true
		case *ast.Link:
			page.Links = append(page.Links, Link{To: string(node.Destination), Line: line})
		case *ast.Image:
			page.Links = append(page.Links, Link{To: string(node.Destination), Line: line})
		}
		return ast.WalkContinue, nil
	})

	return page
}

// unused numbers a slug that a heading before has.
func (p Page) unused(slug string) string {
	for number, candidate := 1, slug; ; number++ {
		if !p.Anchors[candidate] {
			return candidate
		}
		candidate = slug + "-" + string(rune('0'+number))
	}
}

// plain is the text of a node without its mark-up.
func plain(node ast.Node, content []byte) string {
	var all strings.Builder
	_ = ast.Walk(node, func(part ast.Node, entering bool) (ast.WalkStatus, error) {
		if words, ok := part.(*ast.Text); ok && entering {
			all.Write(words.Segment.Value(content))
		}
		return ast.WalkContinue, nil
	})

	return all.String()
}

// Slug is the anchor that GitHub and the Terraform Registry give a heading.
func Slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return '-'
		case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		default:
			return -1
		}
	}, heading)
}
