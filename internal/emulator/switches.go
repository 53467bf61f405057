// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/iotdps"
)

// Switch describes a switch of [Behavior].
type Switch struct {
	Name        string   // as in Behavior.Set
	Values      []string // the default first; where Open, examples
	Open        bool     // other values of the same form are possible too: a duration, a number
	Description string
}

// Switches lists every switch of [Behavior], each with all its values.
func Switches() []Switch {
	list := make([]Switch, 0, len(switches))
	for _, s := range switches {
		list = append(list, Switch{Name: s.name, Values: slices.Clone(s.values), Open: s.open, Description: s.description})
	}
	return list
}

// Set sets the switch of that name. It reports an error, and changes nothing, when there is no such switch or when it
// has no such value.
func (b *Behavior) Set(name, value string) error {
	for _, s := range switches {
		if s.name != name {
			continue
		}
		if !s.open && !slices.Contains(s.values, value) {
			return fmt.Errorf("switch %s has no value %q, only %s", name, value, strings.Join(s.values, ", "))
		}
		if err := s.set(b, value); err != nil {
			return fmt.Errorf("switch %s: %w", name, err)
		}
		return nil
	}
	return fmt.Errorf("there is no switch %q", name)
}

type switchEntry struct {
	name        string
	values      []string
	open        bool
	description string
	set         func(b *Behavior, value string) error
}

// toggle is a switch with two positions: off is the zero value.
func toggle(name, off, on, description string, field func(*Behavior) *bool) switchEntry {
	return switchEntry{name, []string{off, on}, false, description, func(b *Behavior, value string) error {
		*field(b) = value == on
		return nil
	}}
}

// choice is a switch with several positions: the first value stands for the empty string.
func choice[T ~string](name, description string, field func(*Behavior) *T, values ...string) switchEntry {
	return switchEntry{name, values, false, description, func(b *Behavior, value string) error {
		if value == values[0] {
			value = ""
		}
		*field(b) = T(value)
		return nil
	}}
}

// number is a switch that counts something: 0 is the default.
func number(name, example, description string, field func(*Behavior) *int) switchEntry {
	return switchEntry{name, []string{"0", example}, true, description, func(b *Behavior, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return fmt.Errorf("%q is not a number of at least 0", value)
		}
		*field(b) = n
		return nil
	}}
}

// duration is a switch for a length of time: 0s is the default.
func duration(name, example, description string, field func(*Behavior) *time.Duration) switchEntry {
	return switchEntry{name, []string{"0s", example}, true, description, func(b *Behavior, value string) error {
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a duration of at least 0s, such as %s", value, example)
		}
		*field(b) = d
		return nil
	}}
}

// switches is never written to.
var switches = []switchEntry{
	toggle("group-put", "upsert", "conflict", "IoT Central: PUT on an existing enrollment group updates it, or answers 409",
		func(b *Behavior) *bool { return &b.ExistingGroupConflicts }),
	toggle("shared-certificate", "conflict", "allow", "IoT Central: one certificate in two groups of an application",
		func(b *Behavior) *bool { return &b.SharedCertificateAllowed }),
	duration("code-lifetime", "10m", "IoT Central: how long a verification code can be used; 0s: without end",
		func(b *Behavior) *time.Duration { return &b.CodeLifetime }),
	toggle("generate-resets-verified", "no", "yes", "IoT Central: a new verification code takes the verification away",
		func(b *Behavior) *bool { return &b.GenerateResetsVerified }),
	toggle("earlier-code", "void", "valid", "IoT Central: an earlier code after a new one was generated",
		func(b *Behavior) *bool { return &b.EarlierCodesStayValid }),
	toggle("empty-entry-delete", "204", "404", "IoT Central: DELETE of an empty certificate entry",
		func(b *Behavior) *bool { return &b.EmptyEntryDeleteMissing }),
	toggle("verify-mismatch", "422", "400", "IoT Central: status when a proof does not fit code or certificate",
		func(b *Behavior) *bool { return &b.VerifyMismatchBadRequest }),
	number("retry-after", "1", "IoT Central: seconds in the Retry-After header of a 429; 0: no header",
		func(b *Behavior) *int { return &b.RetryAfter }),
	toggle("group-certificates", "ignored", "stored", "IoT Central: certificates inside the PUT of a group",
		func(b *Behavior) *bool { return &b.GroupCertificatesStored }),
	toggle("bundle", "refused", "first", "IoT Central: several certificates in one upload; first: the first is taken",
		func(b *Behavior) *bool { return &b.BundleFirstTaken }),
	toggle("raw-pem", "refused", "accepted", "IoT Central: PEM text that is not base64-encoded again",
		func(b *Behavior) *bool { return &b.RawPEMAccepted }),
	toggle("non-ca", "refused", "accepted", "IoT Central: upload of a certificate that is not a CA's",
		func(b *Behavior) *bool { return &b.NonCAAccepted }),
	toggle("patch-media-type", "any", "merge-patch", "IoT Central: Content-Type of PATCH; any: application/json as well",
		func(b *Behavior) *bool { return &b.MergePatchOnly }),
	number("page-size", "1", "IoT Central: enrollment groups per page of a list; 0: no paging",
		func(b *Behavior) *int { return &b.PageSize }),
	toggle("certificate-body", "absent", "returned", "IoT Central: the certificate itself in answers",
		func(b *Behavior) *bool { return &b.CertificateReturned }),
	choice("group-shows-certificates", "IoT Central: a group shows thumbprint and verification of its entries; partly: the thumbprint alone",
		func(b *Behavior) *central.GroupShows { return &b.GroupShows }, "yes", "partly", "no"),
	toggle("body-etag", "checked", "ignored", "IoT Central: an etag inside a body; checked: 412 when it does not match",
		func(b *Behavior) *bool { return &b.BodyETagIgnored }),
	choice("patch-immutable", "IoT Central: PATCH of a group's type or attestation; refused: 422",
		func(b *Behavior) *central.ImmutablePatch { return &b.ImmutablePatch }, "refused", "ignored"),
	toggle("proof-dates", "ignored", "checked", "IoT Central: verify looks at the validity of the proof",
		func(b *Behavior) *bool { return &b.ProofDatesChecked }),
	number("read-lag", "2", "IoT Central: how many reads of an entry still show it as it was before a change; 0: none",
		func(b *Behavior) *int { return &b.ReadLag }),
	toggle("entry-etag", "own", "group", "IoT Central: what a change of an entry gives a new etag; group: entry and group",
		func(b *Behavior) *bool { return &b.EntryETagFollowsGroup }),

	choice("non-active-body", "Azure Sphere: body of certificates that are not Active; life-cycle: "+
		"null when Expired or Revoked",
		func(b *Behavior) *catalog.NonActiveBody { return &b.NonActiveBody }, "life-cycle", "present", "null", "absent"),
	choice("aliases", "Azure Sphere: names accepted in place of the active certificate's serial number",
		func(b *Behavior) *arm.Aliases { return &b.Aliases }, "all", "none", ".default", "active", "default"),
	toggle("non-active-proof", "signed", "refused", "Azure Sphere: proof of possession of a CA that is Inactive; refused: 400",
		func(b *Behavior) *bool { return &b.NonActiveProofRefused }),
	{
		"sphere-put",
		[]string{"recorded", "catalog=201,product=201,group=201", "device=200,image=200,deployment=200"},
		true,
		"Azure Sphere: answers to PUT by type, where not as recorded; 201: with Azure-AsyncOperation to poll",
		func(b *Behavior, value string) error {
			puts, err := arm.ParsePuts(value)
			if err == nil {
				b.Puts = puts
			}
			return err
		},
	},
	toggle("sphere-errors", "standard", "absent", "Azure Sphere: body of the resource provider's own errors",
		func(b *Behavior) *bool { return &b.ErrorBodyAbsent }),
	number("operation-polls", "1", "Azure Sphere: how many polls find an operation in progress; 0: the first finds it done",
		func(b *Behavior) *int { return &b.OperationPolls }),
	toggle("operation-end", "succeeded", "failed", "Azure Sphere: how long-running operations end; failed: without effect",
		func(b *Behavior) *bool { return &b.OperationsFail }),
	toggle("ca-key", "P-384", "P-256", "Azure Sphere: curve of the keys of CAs",
		func(b *Behavior) *bool { return &b.CAKeyP256 }),
	choice("ca-serial", "Azure Sphere: serial numbers of CAs; signed: 34 digits with 00, plain: 32, short: 31; mixed: in turns",
		func(b *Behavior) *catalog.CASerial { return &b.CASerial }, "mixed", "signed", "plain", "short"),
	duration("new-catalog-certificate", "68s", "Azure Sphere: how long after its creation a catalog has its certificate",
		func(b *Behavior) *time.Duration { return &b.NewCatalogCertificate }),
	toggle("rotation", "manual", "automatic", "Azure Sphere: CA renewal by command and as the clock is advanced, or "+
		"also as time goes by", func(b *Behavior) *bool { return &b.AutomaticRotation }),

	toggle("legacy-strings", "quoted", "bare", "Azure Sphere (Legacy): certificates as JSON strings, or as bare text",
		func(b *Behavior) *bool { return &b.LegacyStringsBare }),
	toggle("legacy-lists", "bare", "wrapped", "Azure Sphere (Legacy): lists as arrays, or as {\"Items\":[…]}",
		func(b *Behavior) *bool { return &b.LegacyListWrapped }),
	toggle("legacy-encoding", "der", "pem", "Azure Sphere (Legacy): what certificates are base64 of",
		func(b *Behavior) *bool { return &b.LegacyPEM }),
	toggle("legacy-missing", "404", "null", "Azure Sphere (Legacy): answer for an unknown or expired thumbprint",
		func(b *Behavior) *bool { return &b.LegacyMissingCertificate }),

	toggle("dps-certificate-put", "412", "upsert", "DPS: PUT of an existing certificate without If-Match",
		func(b *Behavior) *bool { return &b.DPSCertificateUpserts }),
	toggle("dps-if-match-missing", "412", "400", "DPS: changes of a certificate without If-Match",
		func(b *Behavior) *bool { return &b.DPSMissingMatchBadRequest }),
	toggle("dps-if-match-any", "accepted", "412", "DPS: If-Match: *", func(b *Behavior) *bool { return &b.DPSAnyMatchRefused }),
	toggle("dps-put-resets-verified", "yes", "no", "DPS: PUT of an existing certificate takes the verification away",
		func(b *Behavior) *bool { return &b.DPSPutKeepsVerified }),
	toggle("dps-generate-resets-verified", "no", "yes", "DPS: a new verification code takes the verification away",
		func(b *Behavior) *bool { return &b.DPSGenerateResetsVerified }),
	toggle("dps-earlier-code", "void", "valid", "DPS: an earlier code after a new one was generated",
		func(b *Behavior) *bool { return &b.DPSEarlierCodesStayValid }),
	duration("dps-code-lifetime", "10m", "DPS: how long a verification code can be used; 0s: without end",
		func(b *Behavior) *time.Duration { return &b.DPSCodeLifetime }),
	toggle("dps-verify-mismatch", "400", "409", "DPS: status when a proof does not fit code or certificate",
		func(b *Behavior) *bool { return &b.DPSVerifyMismatchConflict }),
	toggle("dps-referenced-delete", "200", "409", "DPS: DELETE of a certificate that a group refers to",
		func(b *Behavior) *bool { return &b.DPSReferencedDeleteRefused }),
	toggle("dps-unknown-reference", "400", "accepted", "DPS: a group that refers to a certificate that is not there",
		func(b *Behavior) *bool { return &b.DPSUnknownReferences }),
	toggle("dps-unverified-reference", "accepted", "400", "DPS: a group that refers to an unverified certificate",
		func(b *Behavior) *bool { return &b.DPSUnverifiedRefused }),
	toggle("dps-shared-ca", "409", "allow", "DPS: one CA in two enrollment groups of a service",
		func(b *Behavior) *bool { return &b.DPSSharedCA }),
	toggle("dps-certificate-body", "with-code", "always", "DPS: the certificate itself in answers; with-code: beside a new code alone",
		func(b *Behavior) *bool { return &b.DPSCertificateReturned }),
	choice("dps-certificate-limit", "DPS: the 26th certificate of a service",
		func(b *Behavior) *iotdps.CertificateLimit { return &b.DPSCertificateLimit }, "403", "400", "allow"),
	toggle("dps-rbac", "role", "any", "DPS: whose token the data plane takes; any: that of every principal",
		func(b *Behavior) *bool { return &b.DPSAnyPrincipal }),
	toggle("dps-no-role", "401", "403", "DPS: answer of the data plane to a principal without a role",
		func(b *Behavior) *bool { return &b.DPSNoRoleForbidden }),
	toggle("dps-empty-group", "400", "accepted", "DPS: an X.509 enrollment group without any certificate",
		func(b *Behavior) *bool { return &b.DPSEmptyGroups }),
	number("dps-page-size", "1", "DPS: enrollment groups per page of a query; 0: no paging",
		func(b *Behavior) *int { return &b.DPSPageSize }),
	number("dps-operations-per-minute", "1000", "DPS: operations per minute and service, beyond which 429; 0: unlimited",
		func(b *Behavior) *int { return &b.DPSOperationsPerMinute }),
	number("dps-read-lag", "2", "DPS: how many reads of a certificate still show it as it was before a change; 0: none",
		func(b *Behavior) *int { return &b.DPSReadLag }),
}
