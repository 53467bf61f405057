// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuresphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// The values of renewal.
const (
	renewalAutomatic = "automatic"
	renewalManual    = "manual"
)

// Default timeouts. The first CA of a new catalog takes up to two minutes.
const (
	createTimeout = 10 * time.Minute
	shortTimeout  = 5 * time.Minute
)

type tenantCAModel struct {
	tenantCA

	Renewal  types.String   `tfsdk:"renewal"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

type tenantCAIdentity struct {
	CatalogID  types.String `tfsdk:"catalog_id"`
	TenantID   types.String `tfsdk:"tenant_id"`
	Thumbprint types.String `tfsdk:"thumbprint"`
}

// check reports what is wrong with an identity that somebody wrote.
func (i tenantCAIdentity) check() error {
	var err error
	switch {
	case i.CatalogID.IsNull() == i.TenantID.IsNull():
		return errors.New("the identity of a tenant CA has either catalog_id or tenant_id. Without them, the provider block must set a default")
	case i.TenantID.IsNull():
		err = sphere.CheckCatalogID(i.CatalogID.ValueString())
	default:
		err = sphere.CheckTenantID(i.TenantID.ValueString())
	}
	_, wrongThumbprint := certs.ParseThumbprint(i.Thumbprint.ValueString())

	return errors.Join(err, wrongThumbprint)
}

// withDefault returns an identity that names no tenant, completed with the provider's.
func (i tenantCAIdentity) withDefault(configured *clients.Clients) tenantCAIdentity {
	if scope, err := configured.RequireScope(types.StringNull(), types.StringNull()); err == nil {
		i.CatalogID, i.TenantID = textOrNull(scope.CatalogID), textOrNull(scope.TenantID)
	}

	return i
}

func (m *tenantCAModel) identity() tenantCAIdentity {
	return tenantCAIdentity{CatalogID: m.CatalogID, TenantID: m.TenantID, Thumbprint: types.StringValue(m.Thumbprint.ValueString())}
}

// NewTenantCAResource returns azuresphere_tenant_ca. It adopts one CA certificate
// of a tenant and keeps its body, since the service no longer gives the body of
// an expired one. The service owns the CA: nothing is created or deleted there.
func NewTenantCAResource() resource.Resource { return &tenantCAResource{} }

type tenantCAResource struct{ clients.Resource }

var (
	_ resource.ResourceWithConfigure   = (*tenantCAResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*tenantCAResource)(nil)
	_ resource.ResourceWithImportState = (*tenantCAResource)(nil)
	_ resource.ResourceWithIdentity    = (*tenantCAResource)(nil)
	_ resource.ResourceWithMoveState   = (*tenantCAResource)(nil)
)

// Metadata implements resource.Resource.
func (*tenantCAResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	tenantCAMetadata(resp)
}

func tenantCAMetadata(resp *resource.MetadataResponse) {
	resp.TypeName = "azuresphere_tenant_ca"
	// The pinned CA, and with it the identity, moves when the CA is renewed.
	resp.ResourceBehavior.MutableIdentity = true
}

// Schema implements resource.Resource.
func (*tenantCAResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the CA certificate of an Azure Sphere tenant and keeps it in the state. When Azure Sphere renews the CA, the plan moves to its successor.",
		Attributes:          fwtypes.DetailsResourceAttributes(),
		Blocks: map[string]schema.Block{
			"timeouts": services.Timeouts{Create: createTimeout, Read: shortTimeout, Update: shortTimeout}.Block(ctx),
		},
	}
	for name, attribute := range map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: "`<catalog_id>/certificates/<serial number>`, " +
			"or `tenants/<tenant_id>/certificates/<thumbprint>`." + services.KnownInPlan},
		"catalog_id": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: catalogIDDescription,
			Validators: services.CatalogIDValidators(),
		},
		"tenant_id": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: tenantIDDescription,
			Validators: services.TenantIDValidators(),
		},
		"thumbprint": schema.StringAttribute{
			Optional: true, Computed: true, CustomType: fwtypes.ThumbprintType{},
			MarkdownDescription: "SHA-1 thumbprint of the CA: 40 hexadecimal digits. Set it to pin this certificate. " +
				"Default: that of the Active CA." + services.KnownInPlan,
			PlanModifiers: []planmodifier.String{fwtypes.KeepSameThumbprint()},
		},
		"renewal": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(renewalAutomatic),
			MarkdownDescription: "What the plan does when another CA is Active: `automatic` moves to it, `manual` only warns. Default: `automatic`. " +
				"It has no effect when `thumbprint` is set.",
			Validators: []validator.String{stringvalidator.OneOf(renewalAutomatic, renewalManual)},
		},
		"thumbprint_sha256":  schema.StringAttribute{Computed: true, MarkdownDescription: sha256Description + services.KnownInPlan},
		"status":             schema.StringAttribute{Computed: true, MarkdownDescription: statusDescription + services.KnownInPlan},
		"certificate_pem":    schema.StringAttribute{Computed: true, CustomType: fwtypes.CertificateType{}, MarkdownDescription: pemDescription + services.KnownInPlan},
		"certificate_base64": schema.StringAttribute{Computed: true, MarkdownDescription: base64Description + services.KnownInPlan},
	} {
		resp.Schema.Attributes[name] = attribute
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (*tenantCAResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"catalog_id": identityschema.StringAttribute{OptionalForImport: true, Description: "Azure resource ID of the catalog (Integrated). Default: the catalog of the provider block."},
		"tenant_id":  identityschema.StringAttribute{OptionalForImport: true, Description: "ID of the Azure Sphere (Legacy) tenant."},
		"thumbprint": identityschema.StringAttribute{RequiredForImport: true, Description: "SHA-1 thumbprint of the CA."},
	}}
}

// Create implements resource.Resource.
func (r *tenantCAResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan tenantCAModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	r.adopt(ctx, &plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.saveSnapshot(ctx, plan.scope(), resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// saveSnapshot keeps the CAs that were listed now, so that the next refresh finds
// nothing new.
func (r *tenantCAResource) saveSnapshot(ctx context.Context, scope sphere.Scope, private services.PrivateWriter, diags *diag.Diagnostics) {
	if certificates, err := r.Tenant(scope).Certificates(ctx); err == nil {
		services.Snapshot{Tenant: scope, At: r.Now(), Certificates: certificates}.Save(ctx, private, diags)
	}
}

// adopt looks up the CA that the plan means.
func (r *tenantCAResource) adopt(ctx context.Context, plan *tenantCAModel, diags *diag.Diagnostics) {
	scope, err := r.RequireScope(nullIfUnknown(plan.CatalogID), nullIfUnknown(plan.TenantID))
	if err != nil {
		diags.AddAttributeError(path.Root("catalog_id"), "No Azure Sphere tenant", clients.ExplainMissing(err, "azuresphere", "catalog_id"))
		return
	}
	found, err := trust.AwaitCA(ctx, r.Tenant(scope), plan.Thumbprint.Value(), r.Backoff)
	var unknown *trust.UnknownCAError
	switch {
	case errors.As(err, &unknown):
		diags.AddAttributeError(path.Root("thumbprint"), "No such tenant CA", clients.Explain(err))
		return
	case errors.Is(err, trust.ErrNoActiveCA):
		diags.AddError("No Active tenant CA", fmt.Sprintf("%s has no Active CA certificate. Set thumbprint to pin another one.", scope))
		return
	case err != nil:
		clients.AddError(diags, "Cannot find the tenant CA certificate", err)
		return
	}
	spelled := plan.Thumbprint
	plan.set(scope, found)
	if !spelled.IsNull() && !spelled.IsUnknown() {
		plan.Thumbprint = spelled
	}
}

// nullIfUnknown returns null for unknown: an attribute that was planned unknown takes the
// provider's default, which is known by now.
func nullIfUnknown(value types.String) types.String {
	if value.IsUnknown() {
		return types.StringNull()
	}

	return value
}

// Read implements resource.Resource.
func (r *tenantCAResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state tenantCAModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := services.WithTimeout(ctx, state.Timeouts.Read, shortTimeout, &resp.Diagnostics)
	defer cancel()

	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	scope := state.scope()
	certificates, err := r.Tenant(scope).Certificates(ctx)
	if transport.IsNotFound(err) && r.isGone(ctx, scope) {
		resp.Diagnostics.AddWarning("The Azure Sphere tenant is gone", fmt.Sprintf("%s does not exist any more. Its CA is removed from the state.", scope))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		clients.AddError(&resp.Diagnostics, "Cannot read the tenant CA certificate", err)
		return
	}
	services.Snapshot{Tenant: scope, At: r.Now(), Certificates: certificates}.SaveIfChanged(ctx, req.Private, resp.Private, &resp.Diagnostics)
	found, ok := find(certificates, state)
	switch {
	case ok:
		spelled := state.Thumbprint
		state.set(scope, found)
		if !spelled.IsNull() {
			state.Thumbprint = spelled
		}
	case state.Status.IsNull(): // An import of what does not exist.
		resp.State.RemoveResource(ctx)
		return
	default:
		resp.Diagnostics.AddWarning("The tenant CA is not listed", fmt.Sprintf("%s does not list the CA certificate with thumbprint %s any more. "+
			"It stays in the state, so that its body is not lost.", scope, state.Thumbprint.Value()))
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// isGone reports whether the tenant itself does not exist. One 404 is not enough to
// drop a pinned CA: its body may be had nowhere else any more.
func (r *tenantCAResource) isGone(ctx context.Context, scope sphere.Scope) bool {
	var err error
	if scope.TenantID != "" {
		_, err = r.Directory().Tenant(ctx, scope.TenantID)
	} else {
		_, err = r.Catalog(ctx, scope.CatalogID)
	}

	return transport.IsNotFound(err)
}

// find finds the pinned CA, after an import by its serial number.
func find(certificates []sphere.Certificate, state tenantCAModel) (sphere.Certificate, bool) {
	if !state.Thumbprint.IsNull() {
		return sphere.Find(certificates, state.Thumbprint.Value())
	}
	_, name, err := sphere.ParseCertificateID(state.ID.ValueString())
	for _, certificate := range certificates {
		if err == nil && certs.SameSerialNumber(certificate.SerialNumber, name) {
			return certificate, true
		}
	}

	return sphere.Certificate{}, false
}

// Update implements resource.Resource. The plan has looked up everything, unless
// the thumbprint was not known then.
func (r *tenantCAResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan tenantCAModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ID.IsUnknown() {
		ctx, cancel := services.WithTimeout(ctx, plan.Timeouts.Update, shortTimeout, &resp.Diagnostics)
		defer cancel()
		r.adopt(ctx, &plan, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		r.saveSnapshot(ctx, plan.scope(), resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete implements resource.Resource. The CA belongs to the service: it is only
// forgotten.
func (*tenantCAResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState implements resource.ResourceWithImportState.
func (r *tenantCAResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var (
		scope            sphere.Scope
		name, thumbprint string
		err              error
	)
	if req.ID != "" {
		scope, name, err = sphere.ParseCertificateID(req.ID)
		if scope.TenantID != "" {
			thumbprint = name
		}
	} else {
		var identity tenantCAIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		if identity.CatalogID.IsNull() && identity.TenantID.IsNull() {
			identity = identity.withDefault(r.Clients)
		}
		scope = sphere.Scope{CatalogID: identity.CatalogID.ValueString(), TenantID: identity.TenantID.ValueString()}
		thumbprint = identity.Thumbprint.ValueString()
		name = thumbprint
		err = identity.check()
	}
	if err != nil {
		resp.Diagnostics.AddError("Cannot import the tenant CA", fwtypes.Sentence(err))
		return
	}
	set := func(attribute, value string) {
		if value != "" {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
		}
	}
	set("id", scope.CertificateID(name))
	set("catalog_id", scope.CatalogID)
	set("tenant_id", scope.TenantID)
	set("thumbprint", thumbprint)
	set("renewal", renewalAutomatic)
}

// MoveState implements resource.ResourceWithMoveState.
func (r *tenantCAResource) MoveState(ctx context.Context) []resource.StateMover {
	return services.MoveBetweenNames(ctx, r)
}
