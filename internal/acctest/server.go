// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Server is a configured provider that a test drives by its protocol: for what the
// terraform at hand does not know yet, and for failures, of which a test can go
// through many in the time of one terraform run.
type Server struct {
	tfprotov6.ProviderServer

	// Schemas are those of the provider, Identities those of its resources.
	Schemas    *tfprotov6.GetProviderSchemaResponse
	Identities *tfprotov6.GetResourceIdentitySchemasResponse

	t testing.TB
}

// NewServer returns a provider with an empty provider block.
func (b *Bench) NewServer() *Server {
	b.t.Helper()
	server, errors := b.Configure(nil)
	for _, err := range errors {
		b.t.Fatal(err)
	}

	return server
}

// Configure returns a provider with the arguments in its provider block, and what
// it finds wrong with them.
func (b *Bench) Configure(arguments map[string]any) (*Server, []string) {
	b.t.Helper()
	provider, err := b.Providers()["azuresphere"]()
	if err != nil {
		b.t.Fatal(err)
	}
	server := &Server{ProviderServer: provider, t: b.t}
	if server.Schemas, err = provider.GetProviderSchema(b.t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		b.t.Fatal(err)
	}
	server.noErrors(server.Schemas.Diagnostics)
	if server.Identities, err = provider.GetResourceIdentitySchemas(b.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{}); err != nil {
		b.t.Fatal(err)
	}
	server.noErrors(server.Identities.Diagnostics)
	config := server.object(server.Schemas.Provider, arguments)
	validated, err := provider.ValidateProviderConfig(b.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		b.t.Fatal(err)
	}
	if found := problems(validated.Diagnostics); len(found) > 0 {
		return server, found
	}
	configured, err := provider.ConfigureProvider(b.t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: config})
	if err != nil {
		b.t.Fatal(err)
	}

	return server, problems(configured.Diagnostics)
}

// problems are the errors among diagnostics: "summary: detail".
func problems(diagnostics []*tfprotov6.Diagnostic) []string {
	return texts(diagnostics, tfprotov6.DiagnosticSeverityError)
}

// warnings are the warnings among diagnostics, likewise.
func warnings(diagnostics []*tfprotov6.Diagnostic) []string {
	return texts(diagnostics, tfprotov6.DiagnosticSeverityWarning)
}

func texts(diagnostics []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity) []string {
	var found []string
	for _, diagnostic := range diagnostics {
		if diagnostic.Severity == severity {
			found = append(found, fmt.Sprintf("%s: %s", diagnostic.Summary, diagnostic.Detail))
		}
	}

	return found
}

func (s *Server) noErrors(diagnostics []*tfprotov6.Diagnostic) {
	s.t.Helper()
	for _, problem := range problems(diagnostics) {
		s.t.Fatal(problem)
	}
}
