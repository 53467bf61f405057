// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// NewProofOfPossessionEphemeralResource returns azuresphere_proof_of_possession as
// an ephemeral resource: a fresh proof in each run, in neither plan nor state.
func NewProofOfPossessionEphemeralResource() ephemeral.EphemeralResource {
	return &proofOfPossessionEphemeralResource{}
}

type proofOfPossessionEphemeralResource struct{ clients.EphemeralResource }

var _ ephemeral.EphemeralResourceWithConfigure = (*proofOfPossessionEphemeralResource)(nil)

// Metadata implements ephemeral.EphemeralResource.
func (*proofOfPossessionEphemeralResource) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "azuresphere_proof_of_possession"
}

// Schema implements ephemeral.EphemeralResource.
func (*proofOfPossessionEphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: proofDescription + " The provider requests a new one in each plan and apply, and stores it nowhere. Ephemeral resources require Terraform 1.10 or OpenTofu 1.11, or later.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: catalogIDDescription,
				Validators: services.CatalogIDValidators(),
			},
			"tenant_id": schema.StringAttribute{
				Optional: true, Computed: true, MarkdownDescription: tenantIDDescription,
				Validators: services.TenantIDValidators(),
			},
			"thumbprint": schema.StringAttribute{
				Optional: true, Computed: true, CustomType: fwtypes.ThumbprintType{}, MarkdownDescription: proofThumbprintDescription,
			},
			"verification_code": schema.StringAttribute{
				Required: true, Sensitive: true, MarkdownDescription: proofCodeDescription,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"certificate_pem":    schema.StringAttribute{Computed: true, CustomType: fwtypes.CertificateType{}, MarkdownDescription: proofPEMDescription},
			"certificate_base64": schema.StringAttribute{Computed: true, MarkdownDescription: proofBase64Description},
			"not_before":         schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: proofNotBeforeDescription},
			"not_after":          schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: proofNotAfterDescription},
		},
	}
}

// Open implements ephemeral.EphemeralResource.
func (r *proofOfPossessionEphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var proof proofOfPossession
	resp.Diagnostics.Append(req.Config.Get(ctx, &proof)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := transport.WithTimeout(ctx, shortTimeout)
	defer cancel()
	if _, ok := proof.prove(ctx, r.Clients, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.Result.Set(ctx, &proof)...)
	}
}
