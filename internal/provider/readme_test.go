// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/markdown"
)

// TestReadme_sessionIsWhatTerraformPrints applies the quick start, and runs the commands of the session. Each line that the page shows is
// in the output of its command, in this order; names and thumbprints are others, and lines break elsewhere.
func TestReadme_sessionIsWhatTerraformPrints(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var config, session string
	for _, block := range markdown.Parse(content).Blocks {
		switch block.Language {
		case "hcl":
			config = block.Text
		case "text":
			session = block.Text
		}
	}
	shown := strings.Split(session, "$ ")[1:]
	var commands []string
	for _, one := range shown {
		command, _, _ := strings.Cut(one, "\n")
		commands = append(commands, strings.ReplaceAll(command, "terraform apply", "terraform apply -auto-approve"), "echo "+nextCommand)
	}
	if len(shown) != 4 {
		t.Fatalf("the session has %d commands", len(shown))
	}
	cli := acctest.NewShell(t)
	cli.Write("main.tf", config)
	cli.Write("session.sh", "set -e\n"+strings.Join(commands, "\n"))
	output, code := cli.Script("bash", "terraform init && sphere-emulator -listen 127.0.0.1:0 -dir settings -- bash session.sh")
	printed := strings.Split(output, nextCommand)
	if code != 0 || len(printed) != len(shown)+1 {
		t.Fatalf("exits with %d:\n%s", code, output)
	}
	for number, one := range shown {
		command, lines, _ := strings.Cut(one, "\n")
		rest := plainly(printed[number])
		for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
			line, _, _ = strings.Cut(plainly(line), "…") // The page leaves out what follows.
			_, after, found := strings.Cut(rest, line)
			if !found {
				t.Errorf("%s does not print %q here:\n%s", command, line, rest)
			}
			rest = after
		}
	}
}

// nextCommand separates the outputs of two commands.
const nextCommand = "=next="

var changing = regexp.MustCompile(`[0-9A-F]{40}|localhost:\d+`)

// plainly is a text without line breaks, and without what each run has other values for.
func plainly(text string) string {
	return strings.Join(strings.Fields(changing.ReplaceAllString(text, "X")), " ")
}
