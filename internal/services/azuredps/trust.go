// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azuredps

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/services/azureiotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// NewTrustResource returns azuresphere_dps_trust.
func NewTrustResource() resource.Resource { return azureiotcentral.NewTrustResource(target{}) }

// NewTrustDataSource returns azuresphere_dps_trust as a data source.
func NewTrustDataSource() datasource.DataSource { return azureiotcentral.NewTrustDataSource(target{}) }

// target is Device Provisioning Service as a service that keeps trust. The host of its groups is the resource ID of their
// service, in lower case: Azure compares these without case.
type target struct{}

var _ azureiotcentral.TrustTarget = target{}

// Words implements azureiotcentral.TrustTarget.
func (target) Words() azureiotcentral.TrustWords {
	return azureiotcentral.TrustWords{
		TypeName: "azuresphere_dps_trust",
		Description: " Certificates are uploaded to the Device Provisioning Service under names made from their thumbprints, and the group refers to one once it is verified. " +
			"A certificate that no group of the service refers to any more is deleted.",
		GroupIDForm: groupIDForm, Enable: "provisioning_status = \"enabled\"",
	}
}

// ParseGroupID implements azureiotcentral.TrustTarget.
func (target) ParseGroupID(text string) (iotcentral.GroupID, error) {
	id, err := dps.ParseGroupID(text)

	return clients.DPSGroup(id), err
}

// groupOf returns a group under its own kind of ID.
func groupOf(group iotcentral.GroupID) dps.GroupID {
	return dps.GroupID{Service: group.Host, Group: group.Group}
}

// IdentitySchema implements azureiotcentral.TrustTarget.
func (target) IdentitySchema() identityschema.Schema { return groupIdentitySchema() }

// Identity implements azureiotcentral.TrustTarget.
func (target) Identity(id string) any {
	group, _ := dps.ParseGroupID(id) // Anyone who has an identity has parsed the ID.

	return newGroupIdentity(group)
}

// Import implements azureiotcentral.TrustTarget.
func (target) Import(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importGroup(ctx, req, resp)
}

// Look implements azureiotcentral.TrustTarget. All trusts of a run share the list of certificates, and a trust shares its
// group with the resource of the group.
func (target) Look(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (azureiotcentral.GroupLook, error) {
	id := groupOf(group)
	service := &trust.ProvisioningGroup{
		ID: id, Client: configured.DPS(),
		Certificates: func(ctx context.Context) ([]dps.Certificate, error) {
			return configured.DPSCertificates(ctx, id.Service)
		},
		Group: func(ctx context.Context) (dps.Group, error) { return configured.DPSGroupForRead(ctx, id) },
	}
	holds, err := service.ReadPlaces(ctx, places)
	found, there := service.Seen()

	return azureiotcentral.GroupLook{Enrollment: shown(found, there), There: there, Holds: holds}, err
}

// Confirm implements azureiotcentral.TrustTarget. A look never relies on a list of groups.
func (t target) Confirm(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (map[trust.Place]trust.Holding, error) {
	look, err := t.Look(ctx, configured, group, places)

	return look.Holds, err
}

// LookForPlan implements azureiotcentral.TrustTarget. A group that does not exist yet holds nothing.
func (t target) LookForPlan(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (azureiotcentral.GroupLook, error) {
	if configured.DPSLater() {
		return azureiotcentral.GroupLook{}, nil
	}

	return t.Look(ctx, configured, group, places)
}

// shown is a group as the trust knows one.
func shown(group dps.Group, there bool) iotcentral.EnrollmentGroup {
	if !there {
		return iotcentral.EnrollmentGroup{}
	}
	enabled := group.ProvisioningStatus != dps.StatusDisabled

	return iotcentral.EnrollmentGroup{ID: group.ID, Enabled: &enabled, Attestation: iotcentral.Attestation{Type: group.AttestationType}}
}

// Service implements azureiotcentral.TrustTarget.
func (target) Service(configured *clients.Clients, group iotcentral.GroupID, prover trust.Prover, certificates []sphere.Certificate) trust.RelyingService {
	return &trust.ProvisioningGroup{
		ID: groupOf(group), Client: configured.DPS(), Prover: prover, Now: configured.Now, Backoff: configured.Backoff,
		Revoked: func(thumbprint certs.Thumbprint) bool {
			found, listed := sphere.Find(certificates, thumbprint)
			return listed && found.Status == sphere.Revoked
		},
	}
}

// Turn implements azureiotcentral.TrustTarget. Certificates belong to the service, so all its trusts take turns.
func (target) Turn(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID) (end func(), err error) {
	return configured.DPSTurn(ctx, group.Host)
}

// Finish implements azureiotcentral.TrustTarget.
func (target) Finish(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, service trust.RelyingService, thumbprints []certs.Thumbprint, diags *diag.Diagnostics) {
	configured.ForgetDPS()
	kept, ok := service.(*trust.ProvisioningGroup)
	if !ok {
		return
	}
	if len(thumbprints) > 0 && !diags.HasError() {
		kept.Sweep(ctx, thumbprints)
	}
	var reasons []string
	for _, leftover := range kept.Leftovers {
		reasons = append(reasons, "- "+clients.Explain(leftover))
	}
	if len(reasons) > 0 {
		diags.AddWarning("Certificates are left in the Device Provisioning Service", fmt.Sprintf("No longer needed by %s, and not deleted. "+
			"A service takes 25 certificates; delete them in the portal, or let a later apply try again.\n\n%s", group, strings.Join(reasons, "\n")))
	}
}

// Explain implements azureiotcentral.TrustTarget.
func (target) Explain(_ context.Context, _ *clients.Clients, _ iotcentral.GroupID, failure *trust.StepError) string {
	explained := clients.Explain(failure.Err)
	status := transport.StatusCode(failure.Err)
	switch refused := status == http.StatusForbidden || status == http.StatusBadRequest || status == http.StatusConflict; {
	case refused && failure.Step.Action == trust.Verify && status == http.StatusConflict:
		explained += "\n\nAnother enrollment group of the service may trust this CA already: the service finds the group of a device by its CA. " +
			"Use one group for all devices of the tenant, or another Device Provisioning Service."
	case refused && failure.Step.Action == trust.Upload:
		explained += "\n\nA Device Provisioning Service takes 25 certificates. If it has as many, delete those that no enrollment group refers to."
	}

	return explained
}
