// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// TrustTarget is a service whose enrollment groups trust Azure Sphere tenants: IoT
// Central, or one like it. Groups have a primary and a secondary entry. Those of
// another service are given as if they were of IoT Central: GroupID.Host is what
// they are in.
type TrustTarget interface {
	// Words are what pages and messages say about the target.
	Words() TrustWords
	// ParseGroupID reads the ID of a group. IDs that mean the same group are equal.
	ParseGroupID(text string) (iotcentral.GroupID, error)
	// IdentitySchema is that of a group, Identity the identity of the one with the
	// ID, and Import sets the ID of the one that an import names.
	IdentitySchema() identityschema.Schema
	Identity(id string) any
	Import(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse)
	// Look reads a group with its entries, LookForPlan does so for the plan of a trust
	// that does not exist yet. What was read may be shared with other reads of the run.
	Look(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (GroupLook, error)
	LookForPlan(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (GroupLook, error)
	// Confirm reads the entries themselves, after a look that relied on a list.
	Confirm(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (map[trust.Place]trust.Holding, error)
	// Service returns the group as what keeps trust; certificates are the CAs of the
	// tenant. Its reads are fresh.
	Service(configured *clients.Clients, group iotcentral.GroupID, prover trust.Prover, certificates []sphere.Certificate) trust.RelyingService
	// Turn waits for the turn of a resource that writes to a group, and returns what
	// ends it.
	Turn(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID) (end func(), err error)
	// Finish tidies up after writes: of the CAs with these thumbprints nothing shall be
	// left that no group needs.
	Finish(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, service trust.RelyingService, thumbprints []certs.Thumbprint, diags *diag.Diagnostics)
	// Explain says why a step failed.
	Explain(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, failure *trust.StepError) string
}

// TrustWords are what pages and messages say about a target.
type TrustWords struct {
	// TypeName is that of the resource and of the data source.
	TypeName string
	// Description is added to that of the resource. It is empty or begins with a space.
	Description string
	// GroupIDForm is the form of the ID of a group, for a page.
	GroupIDForm string
	// Enable is the argument that enables a group.
	Enable string
}

// GroupLook is what a look at a group has found.
type GroupLook struct {
	Enrollment iotcentral.EnrollmentGroup
	// There says that the group exists, Holds is what its entries hold.
	There bool
	Holds map[trust.Place]trust.Holding
	// Listed says that a list of groups was relied on for Holds.
	Listed bool
}

func checkGroupIDOf(target TrustTarget) func(string) error {
	return func(text string) error {
		_, err := target.ParseGroupID(text)
		return err
	}
}

// centralTarget is IoT Central.
type centralTarget struct{}

var _ TrustTarget = centralTarget{}

// Words implements TrustTarget.
func (centralTarget) Words() TrustWords {
	return TrustWords{TypeName: "iotcentral_azure_sphere_trust", GroupIDForm: groupIDFormDescription, Enable: "enabled = true"}
}

// ParseGroupID implements TrustTarget.
func (centralTarget) ParseGroupID(text string) (iotcentral.GroupID, error) {
	return iotcentral.ParseGroupID(text)
}

// IdentitySchema implements TrustTarget.
func (centralTarget) IdentitySchema() identityschema.Schema { return enrollmentGroupIdentitySchema() }

// Identity implements TrustTarget.
func (centralTarget) Identity(id string) any {
	group, _ := iotcentral.ParseGroupID(id) // Anyone who has an identity has parsed the ID.

	return newEnrollmentGroupIdentity(group)
}

// Import implements TrustTarget.
func (centralTarget) Import(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	importEnrollmentGroup(ctx, req, resp)
}

// Look implements TrustTarget. One 404 is not believed: a group with certificates is
// there.
func (centralTarget) Look(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, _ []trust.Place) (GroupLook, error) {
	enrollment, err := configured.IoTCentral().Shared().Group(ctx, group)
	if err != nil && !transport.IsNotFound(err) {
		return GroupLook{}, err
	}
	look := GroupLook{Enrollment: enrollment, There: err == nil}
	if enrollment.Attestation.Type == iotcentral.AttestationSymmetricKey {
		return look, nil // It has no entries: reading one is an error.
	}
	held, listed, err := configured.IoTCentral().Shared().Entries(ctx, group)
	look.Holds, look.Listed, look.There = holdings(held), listed, look.There || err != nil

	return look, err
}

func holdings(held map[iotcentral.Entry]iotcentral.SigningCertificate) map[trust.Place]trust.Holding {
	holds := map[trust.Place]trust.Holding{}
	for entry, certificate := range held {
		holds[trust.Place(entry)] = trust.Holding(certificate)
	}

	return holds
}

// Confirm implements TrustTarget.
func (centralTarget) Confirm(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, _ []trust.Place) (map[trust.Place]trust.Holding, error) {
	held, err := configured.IoTCentral().Shared().ReadEntries(ctx, group)

	return holdings(held), err
}

// LookForPlan implements TrustTarget. A group that does not exist yet holds nothing.
func (t centralTarget) LookForPlan(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, places []trust.Place) (GroupLook, error) {
	enrollment, err := configured.GroupForPlan(ctx, group)
	if transport.IsNotFound(err) {
		return GroupLook{Enrollment: enrollment}, nil
	}
	look := GroupLook{Enrollment: enrollment, There: err == nil}
	if err == nil && enrollment.Attestation.Type != iotcentral.AttestationSymmetricKey {
		look.Holds, err = trust.ReadPlaces(ctx, t.Service(configured, group, nil, nil), places)
	}

	return look, err
}

// Service implements TrustTarget.
func (centralTarget) Service(configured *clients.Clients, group iotcentral.GroupID, prover trust.Prover, _ []sphere.Certificate) trust.RelyingService {
	return &trust.EnrollmentGroup{ID: group, Client: configured.IoTCentral(), Prover: prover, Now: configured.Now, Backoff: configured.Backoff}
}

// Turn implements TrustTarget.
func (centralTarget) Turn(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID) (end func(), err error) {
	return configured.Claims().Turn(ctx, group)
}

// Finish implements TrustTarget. Certificates are part of their group.
func (centralTarget) Finish(context.Context, *clients.Clients, iotcentral.GroupID, trust.RelyingService, []certs.Thumbprint, *diag.Diagnostics) {
}

// Explain implements TrustTarget.
func (centralTarget) Explain(ctx context.Context, configured *clients.Clients, group iotcentral.GroupID, failure *trust.StepError) string {
	if failure.Step.Action != trust.Upload {
		return clients.Explain(failure.Err)
	}

	return explainUpload(ctx, configured, group.Certificate(iotcentral.Entry(failure.Step.Place)), failure.Step.CA.Thumbprint, failure.Err)
}

// TrustModels returns a model of the resource and one of the data source, for tests that hold them against their
// schemas.
func TrustModels() (ofResource, ofDataSource any) { return &trustModel{}, &trustDataModel{} }
