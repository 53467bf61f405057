// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// addresses are the two names of the provider, without the host of a registry.
var addresses = []string{"spheretrust/azuresphere", "spheretrust/iotcentral"}

// MoveBetweenNames lets a moved block take a resource from one name of the provider
// to the other. Both serve the same types, so the state stays as it is.
func MoveBetweenNames(ctx context.Context, moved resource.Resource) []resource.StateMover {
	var (
		metadata resource.MetadataResponse
		schema   resource.SchemaResponse
	)
	moved.Metadata(ctx, resource.MetadataRequest{}, &metadata)
	moved.Schema(ctx, resource.SchemaRequest{}, &schema)

	return []resource.StateMover{{
		SourceSchema: &schema.Schema,
		StateMover: func(_ context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			_, address, _ := strings.Cut(req.SourceProviderAddress, "/")
			if req.SourceTypeName != metadata.TypeName || !slices.Contains(addresses, address) || req.SourceState == nil {
				return
			}
			resp.TargetState.Raw = req.SourceState.Raw
			resp.TargetPrivate = req.SourcePrivate
		},
	}}
}
