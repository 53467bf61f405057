// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// The resource types.
const (
	typeTenantCA     = "azuresphere_tenant_ca"
	typeProof        = "azuresphere_proof_of_possession"
	typeGroup        = "iotcentral_enrollment_group"
	typeCertificate  = "iotcentral_enrollment_group_certificate"
	typeVerification = "iotcentral_certificate_verification"
	typeCode         = "iotcentral_verification_code"
	typeTrust        = "iotcentral_azure_sphere_trust"

	typeDPSVerification = "azuresphere_dps_certificate_verification"
	typeDPSGroup        = "azuresphere_dps_enrollment_group"
	typeDPSTrust        = "azuresphere_dps_trust"
)

// everyType is in the order in which resources need each other.
func everyType() []string {
	return []string{
		typeTenantCA, typeProof, typeGroup, typeCertificate, typeVerification, typeCode, typeTrust,
		typeDPSVerification, typeDPSGroup, typeDPSTrust,
	}
}

// estate is one resource of each type, or of some, and the arguments of each.
type estate struct {
	*acctest.Bench

	arguments map[string]map[string]any
	resources map[string]acctest.Resource
	// foreign is in the secondary entry of the group; nobody has verified it.
	foreign *certstest.CA
}

const (
	estateGroup = "estate"
	trustGroup  = "trust"

	// estateCertificate is the name of a certificate that somebody has uploaded to the
	// Device Provisioning Service.
	estateCertificate = "sphere"
)

// newEstate makes a resource of each of the types.
func newEstate(t *testing.T, made ...string) *estate {
	t.Helper()
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Behavior.SharedCertificateAllowed = true // The trust has a group of its own.
		options.Behavior.DPSEmptyGroups = true           // Likewise in the Device Provisioning Service, where nothing is in it yet.
	})
	e := &estate{Bench: bench, resources: map[string]acctest.Resource{}, foreign: acctest.ForeignCA(t)}
	ca := bench.ActiveCA()
	group := func(id string) string { return bench.Host() + "/enrollmentGroups/" + id }
	primary, secondary := group(estateGroup)+"/certificates/primary", group(estateGroup)+"/certificates/secondary"
	e.arguments = map[string]map[string]any{
		typeTenantCA:     {},
		typeProof:        {"verification_code": "code"},
		typeGroup:        {"group_id": estateGroup, "display_name": "Azure Sphere"},
		typeCertificate:  {"enrollment_group_id": group(estateGroup), "certificate_pem": ca.PEM()},
		typeVerification: {"certificate_id": primary, "thumbprint": ca.Thumbprint().String(), "azure_sphere": map[string]any{}},
		typeCode:         {"certificate_id": secondary, "thumbprint": e.foreign.Thumbprint().String()},
		typeTrust:        {"enrollment_group_id": group(trustGroup)},

		typeDPSVerification: {"certificate_id": bench.DPSCertificateID(estateCertificate), "thumbprint": ca.Thumbprint().String(), "azure_sphere": map[string]any{}},
		typeDPSGroup:        {"group_id": estateGroup},
		typeDPSTrust:        {"enrollment_group_id": bench.DPSGroupID(trustGroup)},
	}
	bench.UploadDPS(estateCertificate, ca.DER(), false)
	bench.ReferDPS(trustGroup)
	bench.MustDo("PUT", "enrollmentGroups/"+trustGroup, map[string]any{
		"displayName": "Trust", "type": "iot", "attestation": map[string]any{"type": "x509"},
	})
	server := bench.NewServer()
	for _, typeName := range everyType() {
		if slices.Contains(made, typeName) {
			e.resources[typeName] = server.MustCreate(typeName, e.arguments[typeName])
		}
		if slices.Contains(made, typeName) && typeName == typeGroup {
			bench.SwapCertificate(estateGroup, iotcentral.Secondary, e.foreign.DER(), false)
		}
	}

	return e
}

// with are the arguments of a type, some of them changed.
func (e *estate) with(typeName string, changed map[string]any) map[string]any {
	arguments := maps.Clone(e.arguments[typeName])
	maps.Copy(arguments, changed)

	return arguments
}

// written are the operations since the last reset that were no reads.
func (e *estate) written() []string {
	var written []string
	for _, request := range e.Requests() {
		if request.Service != "entra" && request.Method != "GET" {
			written = append(written, request.Operation)
		}
	}

	return written
}
