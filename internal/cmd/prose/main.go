// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Prose takes what the provider says out of its Go files, for a prose linter that
// reads Markdown: descriptions, errors and warnings. Each Go file becomes a Markdown
// file with each text on the line that it has in the Go file.
package main

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

func main() {
	log.SetFlags(0)
	to := flag.String("to", "build/prose", "the folder to write to; it is emptied first")
	flag.Parse()
	if err := run(*to, flag.Args()); err != nil {
		log.Fatalf("prose: %v", err)
	}
}

func run(to string, folders []string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			source, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			page, err := extract(file, source)
			if err != nil {
				return err
			}
			target := filepath.Join(to, file+".md")
			if err := os.MkdirAll(filepath.Dir(target), 0o750); err != nil {
				return err
			}
			return os.WriteFile(target, []byte(page), 0o600)
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// extract returns the texts of a Go file, as items of a list.
func extract(name string, source []byte) (string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.SkipObjectResolution)
	if err != nil {
		return "", err
	}
	lines := make([]string, strings.Count(string(source), "\n")+1)
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return node.Tag == nil
		case ast.Expr:
			said, isText := concatenated(node)
			if at := files.Position(node.Pos()).Line - 1; isText && isProse(said) {
				lines[at] = strings.TrimSpace(lines[at] + " " + said)
			}
			return !isText
		}
		return true
	})
	for number, line := range lines {
		if line != "" {
			lines[number] = "* " + escape(line)
		}
	}

	return strings.Join(lines, "\n"), nil
}

// concatenated returns the text of a literal, or of several with "+" between them.
// Whatever else stands there becomes a dot.
func concatenated(expression ast.Expr) (string, bool) {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		if expression.Kind != token.STRING {
			return "", false
		}
		said, err := strconv.Unquote(expression.Value)
		return said, err == nil
	case *ast.BinaryExpr:
		left, isLeft := concatenated(expression.X)
		right, isRight := concatenated(expression.Y)
		if expression.Op != token.ADD || !isLeft && !isRight {
			return "", false
		}
		if !isLeft {
			left = "X"
		}
		if !isRight {
			right = "X"
		}
		return left + right, true
	default:
		return "", false
	}
}

var words = regexp.MustCompile(`(?:[A-Za-z][a-z]+[ ,]+){3}`)

// isProse distinguishes sentences from patterns, formats and names.
func isProse(text string) bool { return words.MatchString(text) && !strings.Contains(text, `\b`) }

// escape keeps a text on its line, and from being taken for HTML. A line of a message
// is a sentence.
func escape(text string) string {
	return strings.NewReplacer("\r", " ", "\n", ". ", "\t", " ", "<", "&lt;").Replace(text)
}
