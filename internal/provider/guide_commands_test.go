// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// azureCommands are the commands of the Azure CLI, and of azsphere, that pages name, with the options that Microsoft's
// reference has for them (learn.microsoft.com/cli/azure, azure-iot and azure-sphere extensions). The emulator has none of
// the services behind most of them, so that this is what keeps a misspelt option out of the guides.
var azureCommands = map[string][]string{
	"az login":                                                   {"--tenant", "--service-principal", "--username", "--password"},
	"az rest":                                                    nil,
	"az group list":                                              {"--output"},
	"az iot central app list":                                    {"--output"},
	"az iot central enrollment-group":                            nil,
	"az sphere":                                                  nil,
	"az ad sp show":                                              {"--id", "--query", "--output"},
	"az ad signed-in-user show":                                  {"--query", "--output"},
	"az ad app federated-credential create":                      {"--id", "--parameters"},
	"az identity show":                                           {"--name", "--resource-group", "--query", "--output"},
	"az role assignment create":                                  {"--assignee-object-id", "--assignee-principal-type", "--role", "--scope"},
	"az monitor metrics alert create":                            {"--name", "--resource-group", "--scopes", "--condition", "--window-size", "--evaluation-frequency", "--severity"},
	"az sphere catalog list":                                     {"--resource-group", "--query", "--output"},
	"az sphere catalog show":                                     {"--resource-group", "--name"},
	"az sphere ca-certificate list":                              {"--resource-group", "--catalog"},
	"az sphere ca-certificate download":                          {"--resource-group", "--catalog", "--output-file"},
	"az sphere ca-certificate download-proof":                    {"--resource-group", "--catalog", "--output-file", "--verification-code"},
	"az iot central app show":                                    {"--name", "--resource-group", "--query", "--output"},
	"az iot central user create":                                 {"--app-id", "--user-id", "--role", "--tenant-id", "--object-id", "--email", "--org-id"},
	"az iot central enrollment-group create":                     {"--app-id", "--group-id", "--display-name", "--attestation-type", "--type", "--certificate-path"},
	"az iot central enrollment-group list":                       {"--app-id", "--query", "--output"},
	"az iot central enrollment-group verify-certificate":         {"--app-id", "--group-id", "--certificate-path"},
	"az iot central enrollment-group generate-verification-code": {"--app-id", "--group-id"},
	"az iot dps certificate generate-verification-code":          {"--certificate-name", "--etag", "--dps-name", "--resource-group"},
	"azsphere register-user":                                     {"--new-user"},
	"azsphere role add":                                          {"--role", "--user"},
	"azsphere login":                                             nil,
	"azsphere tenant list":                                       nil,
	"azsphere tenant show-selected":                              nil,
	"azsphere ca-certificate list":                               nil,
	"azsphere ca-certificate download":                           {"--destination"},
	"azsphere ca-certificate download-proof":                     {"--destination", "--verification-code"},
}

var (
	azureCommand = regexp.MustCompile("(?m)(?:^|\\$\\(|`)((?:az|azsphere) [a-z][^`\\n]*)")
	subcommand   = regexp.MustCompile(`^[a-z][a-z-]*$`)
	option       = regexp.MustCompile(`(?:^| )(--[a-z-]+)`)
	quoted       = regexp.MustCompile(`"[^"]*"|'[^']*'`)
)

// TestPages_azureCLI compares each command on each page with Microsoft's reference.
func TestPages_azureCLI(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, content := range pageTexts(t) {
		for _, found := range azureCommand.FindAllStringSubmatch(content, -1) {
			command := quoted.ReplaceAllString(strings.TrimRight(found[1], ")"), "x")
			words := strings.Fields(command)
			end := 1
			for end < len(words) && subcommand.MatchString(words[end]) {
				end++
			}
			path := strings.Join(words[:end], " ")
			options, known := azureCommands[path]
			if !known {
				t.Errorf("%s: there is no command %q in this test; look it up in the reference", name, path)
				continue
			}
			used[path] = true
			for _, one := range option.FindAllStringSubmatch(command, -1) {
				if !slices.Contains(options, one[1]) {
					t.Errorf("%s: %s has no option %s", name, path, one[1])
				}
			}
		}
	}
	for path := range azureCommands {
		if !used[path] {
			t.Errorf("no page uses %s", path)
		}
	}
}
