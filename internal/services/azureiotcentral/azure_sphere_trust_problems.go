// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/trust"
)

// Codes of problems. They are documented, and stay what they are.
const (
	problemGroupNotFound       = "group_not_found"
	problemGroupDisabled       = "group_disabled"
	problemGroupNotX509        = "group_not_x509"
	problemTenantNotFound      = "tenant_not_found"
	problemNoActiveCA          = "no_active_ca"
	problemActiveNotTrusted    = "active_ca_not_trusted"
	problemSuccessorNotTrusted = "successor_not_trusted"
	problemRevokedCA           = "revoked_ca"
	problemForeignVerified     = "foreign_certificate_verified"
	problemForeignUnverified   = "foreign_certificate_unverified"
)

// Parts of messages.
const (
	needsX509   = "The enrollment group needs x509"
	lossSummary = "Trust is lost in "
	dateLayout  = "2 January 2006"
	estimated   = "an estimate: Azure Sphere does not say when"
)

// problem is something about the trust in a group that people should know.
type problem struct {
	Code    string
	Summary string
	Message string
}

// findings are what a look at both services has found.
type findings struct {
	Target TrustTarget
	Group  iotcentral.GroupID
	Tenant sphere.Scope
	// Enrollment is the group itself.
	Enrollment iotcentral.EnrollmentGroup
	// listed says that the list of groups was relied on for what the entries hold.
	listed bool
	trust.Situation
}

// readGroup reads the group and its entries, and reports whether it exists. One 404
// is not believed: a group with certificates is there.
func readGroup(ctx context.Context, target TrustTarget, configured *clients.Clients, found *findings, diags *diag.Diagnostics) bool {
	look, err := target.Look(ctx, configured, found.Group, found.Places)
	if err != nil {
		clients.AddError(diags, readFailure(look), err)
		return look.There
	}
	found.Enrollment, found.Holds, found.listed = look.Enrollment, look.Holds, look.Listed

	return look.There || len(found.Holds) > 0
}

// readFailure is the summary of a look that failed.
func readFailure(look GroupLook) string {
	if look.There {
		return "Cannot read the certificates of the enrollment group"
	}

	return "Cannot read the enrollment group"
}

// over are the CAs of the tenant, listed or remembered, that nothing needs any more.
func (f findings) over() []certs.Thumbprint {
	var over []certs.Thumbprint
	roles := map[certs.Thumbprint]trust.Role{}
	for _, ca := range trust.AssignRoles(f.Certificates, f.Now) {
		roles[ca.Thumbprint] = ca.Role
		if ca.Role == trust.RoleExpired || ca.Role == trust.RoleRevoked {
			over = append(over, ca.Thumbprint)
		}
	}
	for _, ours := range f.Ours {
		if _, listed := roles[ours]; !listed && len(f.Certificates) > 0 {
			over = append(over, ours)
		}
	}

	return over
}

// known are all CAs of the tenant, listed or remembered.
func (f findings) known() []certs.Thumbprint {
	var known []certs.Thumbprint
	for _, one := range f.Certificates {
		known = append(known, one.Thumbprint)
	}
	for _, ours := range f.Ours {
		known = append(known, ours)
	}

	return known
}

// howToRemoveForeign says what to do about a certificate of somebody else.
func (f findings) howToRemoveForeign() string {
	return "Remove it in the portal, or set replace_foreign = true on " + f.Target.Words().TypeName + "."
}

// confirmLoss reads the entries themselves when a list of groups alone says that
// trust is lost.
func confirmLoss(ctx context.Context, configured *clients.Clients, f *findings, diags *diag.Diagnostics) {
	if !f.listed || trust.NewOutlook(f.Situation, f.Contents()).Trusted {
		return
	}
	holds, err := f.Target.Confirm(ctx, configured, f.Group, f.Places)
	if err != nil {
		clients.AddError(diags, "Cannot read the certificates of the enrollment group", err)
		return
	}
	f.Holds = holds
}

// loud returns the problems that each refresh warns of: devices cannot enrol, or
// soon cannot.
func (f findings) loud() []problem {
	var problems []problem
	if f.Enrollment.Enabled != nil && !*f.Enrollment.Enabled {
		problems = append(problems, f.disabled())
	}
	if f.Enrollment.Attestation.Type == iotcentral.AttestationSymmetricKey {
		problems = append(problems, problem{problemGroupNotX509, lossSummary + f.Group.String(), notX509(f.Group)})
	}
	outlook := trust.NewOutlook(f.Situation, f.Contents())
	if outlook.Active == nil {
		return append(problems, f.noActive())
	}
	if !outlook.Trusted {
		problems = append(problems, f.lost(*outlook.Active))
	}
	if outlook.Successor != nil {
		problems = append(problems, f.successor(*outlook.Active, *outlook.Successor))
	}

	return problems
}

// all returns the problems, with those that only somebody who looks wants to know.
func (f findings) all() []problem {
	problems := f.loud()
	contents := f.Contents()
	for _, place := range f.Places {
		content, filled := contents[place]
		switch {
		case !filled:
		case content.CA.Role == trust.RoleRevoked:
			problems = append(problems, problem{
				problemRevokedCA, "A revoked CA is in " + f.Group.String(),
				fmt.Sprintf("The %s entry holds the CA %s, which Azure Sphere has revoked.", place, content.CA.Thumbprint),
			})
		case content.Foreign():
			problems = append(problems, f.foreignProblem(place, content))
		}
	}

	return problems
}

// groupNotFound says that a group is gone, or was never there.
func groupNotFound(group iotcentral.GroupID) string {
	return fmt.Sprintf("There is no enrollment group %s.", group)
}

// tenantNotFound says that a tenant is gone, or was never there.
func tenantNotFound(tenant sphere.Scope, err error) string {
	return fmt.Sprintf("%s was not found, so what the group should trust is not known. %s", tenant, clients.Explain(err))
}

func notX509(group iotcentral.GroupID) string {
	return fmt.Sprintf("%s attests devices with symmetric keys and has no certificates. Azure Sphere needs x509: a group with attestation_type = %q.",
		group, iotcentral.AttestationX509)
}

func (f findings) disabled() problem {
	return problem{
		problemGroupDisabled, lossSummary + f.Group.String(),
		fmt.Sprintf("%s is disabled: none of its devices can enrol or connect, whatever CA it trusts. "+
			"Set %s on the enrollment group.", f.Group, f.Target.Words().Enable),
	}
}

func (f findings) noActive() problem {
	return problem{problemNoActiveCA, "No Active tenant CA", noActive(f.Tenant, f.Certificates, f.Now)}
}

// noActive says why a tenant has no CA that signs device certificates.
func noActive(tenant sphere.Scope, certificates []sphere.Certificate, now time.Time) string {
	reason := "has no Active CA certificate"
	active, found := sphere.FindActive(certificates)
	switch {
	case len(certificates) == 0:
		reason = "lists no CA certificate yet. A new catalog gets its first one within about two minutes"
	case found && !active.NotAfter.IsZero() && now.After(active.NotAfter):
		reason = fmt.Sprintf("has an Active CA certificate, %s, that expired on %s", active.Thumbprint, active.NotAfter.Format(dateLayout))
	}

	return fmt.Sprintf("%s %s. Certificates of the enrollment group stay as they are, except revoked ones.%s",
		tenant, reason, listCAs(certificates, now))
}

// lost says which devices cannot enrol, since when, and why.
func (f findings) lost(active trust.CA) problem {
	since := ""
	loss := trust.FindLoss(f.Situation)
	if !loss.Since.IsZero() {
		since = fmt.Sprintf(" since about %s (%s)", loss.Since.Format(dateLayout), estimated)
	}
	var reason string
	switch loss.Kind {
	case trust.LostVerification:
		reason = fmt.Sprintf("The %s entry holds this CA, but it is not verified.", loss.Place)
	case trust.LostToForeign:
		reason = fmt.Sprintf("The %s entry held a CA of this tenant, and now holds the certificate %s, which is not one of its CAs.", loss.Place, loss.Thumbprint)
	case trust.LostToRenewal:
		reason = fmt.Sprintf("Azure Sphere has renewed the CA: the group still trusts %s, which no longer signs device certificates.", loss.Thumbprint)
	default:
		reason = "Neither entry of the group holds this CA."
	}

	return problem{
		problemActiveNotTrusted, lossSummary + f.Group.String(),
		fmt.Sprintf("Devices whose certificates are signed by the CA %s cannot enrol through %s%s. %s Apply to restore trust.",
			active.Thumbprint, f.Group, since, reason),
	}
}

// successor says how long trust in the next CA can wait.
func (f findings) successor(active, successor trust.CA) problem {
	activation := trust.Activation(successor, active)
	when := fmt.Sprintf("in about %d days, on %s", int(math.Ceil(activation.Sub(f.Now).Hours()/24)), activation.Format(dateLayout))
	if !activation.After(f.Now) {
		when = "any day now"
	}

	return problem{
		problemSuccessorNotTrusted, "The next tenant CA is not trusted in " + f.Group.String(),
		fmt.Sprintf("Azure Sphere has issued the CA %s, which becomes Active %s (%s). "+
			"It is not verified in the group yet; from that day devices cannot enrol without it. Apply to add it.", successor.Thumbprint, when, estimated),
	}
}

// foreignProblem describes a foreign certificate that stays.
func (f findings) foreignProblem(place trust.Place, content trust.Content) problem {
	group, tenant := f.Group, f.Tenant
	named := content.CA.Thumbprint.String()
	if content.Subject != "" {
		named += " (subject " + content.Subject + ")"
	}
	if content.Verified {
		return problem{
			problemForeignVerified, "A foreign certificate is verified in " + group.String(),
			fmt.Sprintf("The %s entry holds the verified certificate %s, which is not a CA of %s. The holder of its private key can enrol any device. %s",
				place, named, tenant, f.howToRemoveForeign()),
		}
	}

	return problem{
		problemForeignUnverified, "A foreign certificate is in " + group.String(),
		fmt.Sprintf("The %s entry holds the certificate %s, which is not a CA of %s. It is not verified, so no device can enrol with it. %s",
			place, named, tenant, f.howToRemoveForeign()),
	}
}

// listCAs lists the CAs of the tenant.
func listCAs(certificates []sphere.Certificate, now time.Time) string {
	if len(certificates) == 0 {
		return ""
	}
	var text strings.Builder
	text.WriteString("\n\nThe CAs of the tenant are:")
	for _, ca := range trust.AssignRoles(certificates, now) {
		fmt.Fprintf(&text, "\n  %s  %s", ca.Thumbprint, ca.Role)
		if ca.Body != nil {
			text.WriteString("  " + ca.Body.Subject())
		}
	}

	return text.String()
}

// warn adds problems as warnings.
func warn(diags *diag.Diagnostics, problems []problem) {
	for _, found := range problems {
		diags.AddWarning(found.Summary, found.Message)
	}
}
