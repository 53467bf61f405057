// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

// BenchmarkReadResource measures what the provider itself does for a resource in a
// refresh: after the first read the services are not asked again.
func BenchmarkReadResource(b *testing.B) {
	bench := acctest.Start(b, nil)
	server := bench.NewServer()
	group := server.MustCreate(typeGroup, map[string]any{"display_name": "Azure Sphere"})
	resources := map[string]acctest.Resource{
		typeGroup:    group,
		typeTenantCA: server.MustCreate(typeTenantCA, nil),
		typeTrust:    server.MustCreate(typeTrust, map[string]any{"enrollment_group_id": group.State["id"]}),
	}
	for typeName, before := range resources {
		b.Run(typeName, func(b *testing.B) {
			server := bench.NewServer()
			for b.Loop() {
				if after := server.Refresh(before); len(after.Errors) > 0 || after.State == nil {
					b.Fatal(after.Errors)
				}
			}
		})
	}
}

// BenchmarkSchema measures a start of the provider up to its schema, which Terraform
// asks for several times in each run.
func BenchmarkSchema(b *testing.B) {
	for b.Loop() {
		server, err := providerserver.NewProtocol6WithError(provider.New("bench")())()
		if err != nil {
			b.Fatal(err)
		}
		schema, err := server.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil || len(schema.ResourceSchemas) == 0 {
			b.Fatal(err)
		}
	}
}
