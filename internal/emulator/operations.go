// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Operation is one of the operations that the emulator serves.
type Operation struct {
	Service  string // as in Request
	ID       string // as in Request.Operation
	Method   string
	Path     string // with the names of its variables in braces
	Versions []string
	Source   Source
	Switches []string // names of those that concern it, and not the whole service
}

// Source is where the facts about an operation come from: the best one that there is of its answers.
type Source string

// Where facts come from, the best one first.
const (
	Recording     Source = "recording"     // published recordings of real traffic
	Specification Source = "specification" // Microsoft's OpenAPI file
	Documentation Source = "documentation" // Microsoft's documentation, or that of the protocol
	Assumption    Source = "assumption"    // nobody says
)

// fact is what holds for the operations of a service whose IDs match a glob. The first one that matches counts.
type fact struct {
	service, operations string
	source              Source
	versions            []string
}

var (
	armSphere   = []string{"2024-04-01"}
	armCentral  = []string{"2021-11-01-preview", "2021-06-01"}
	dataCentral = []string{"2022-07-31", "2022-10-31-preview", "2022-06-30-preview"}
	legacyAPI   = []string{"v2"}
	entraAPI    = []string{"v2.0"}
	armDPS      = []string{"2022-12-12", "2022-02-05"}
	dataDPS     = []string{"2021-10-01"}
	deviceAPI   = []string{"2021-06-01", "2021-10-01", "2019-03-31", "2018-11-01"}
)

// facts is never written to.
var facts = []fact{
	{"arm", "Catalogs_ListByResourceGroup", Specification, armSphere},
	{"arm", "Catalogs_ListDeployments", Specification, armSphere},
	{"arm", "Catalogs_*", Recording, armSphere},
	{"arm", "Certificates_*", Recording, armSphere},
	{"arm", "Products_*", Recording, armSphere},
	{"arm", "DeviceGroups_ClaimDevices", Specification, armSphere},
	{"arm", "DeviceGroups_*", Recording, armSphere},
	{"arm", "Devices_Delete", Specification, armSphere},
	{"arm", "Devices_*", Recording, armSphere},
	{"arm", "Images_Delete", Specification, armSphere},
	{"arm", "Images_*", Recording, armSphere},
	{"arm", "Deployments_Delete", Specification, armSphere},
	{"arm", "Deployments_*", Recording, armSphere},
	{"arm", "Operations_Get", Recording, armSphere},
	{"arm", "Operations_List", Specification, armSphere},
	{"arm", "Apps_*", Recording, armCentral},
	{"arm", "Subscriptions_Get", Recording, nil}, // In any version, like those that follow.
	{"arm", "ResourceGroups_Get", Recording, nil},
	{"arm", "Subscriptions_*", Specification, nil},
	{"arm", "Tenants_List", Specification, nil},
	{"arm", "Providers_*", Documentation, nil},
	{"arm", "ResourceGroups_List", Documentation, nil},

	{"sphere", "Tenants_*", Documentation, legacyAPI},

	{"iotcentral", "EnrollmentGroups_*", Specification, dataCentral},
	{"iotcentral", "ApiTokens_*", Specification, dataCentral},
	{"iotcentral", "Devices_*", Specification, dataCentral},
	{"iotcentral", "Roles_*", Specification, dataCentral},
	{"iotcentral", "Users_*", Specification, dataCentral},
	{"iotcentral", "Organizations_List", Specification, dataCentral},
	{"iotcentral", "DeviceGroups_List", Specification, dataCentral},
	{"iotcentral", "DeviceTemplates_List", Specification, dataCentral},
	{"iotcentral", "Jobs_List", Documentation, dataCentral},
	{"iotcentral", "Exports_List", Documentation, dataCentral},
	{"iotcentral", "Destinations_List", Documentation, dataCentral},

	{"provisioning", "RuntimeRegistration_*", Documentation, deviceAPI},

	{"arm", "IotDpsResource_*", Recording, armDPS},
	{"arm", "DpsCertificate_*", Recording, armDPS},
	{"dps", "EnrollmentGroup_*", Recording, dataDPS},
	{"dps", "DeviceRegistrationState_Query", Recording, dataDPS},
	{"dps", "DeviceRegistrationState_*", Specification, dataDPS},

	{"entra", "InstanceDiscovery", Documentation, nil},
	{"entra", "OpenIDConfiguration", Documentation, entraAPI},
	{"entra", "Keys", Documentation, entraAPI},
	{"entra", "Token", Documentation, entraAPI},
	{"metadata", "IMDSToken", Documentation, nil},
	{"metadata", "AppServiceToken", Documentation, nil},
	{"github", "*", Documentation, nil},
	{"azuredevops", "*", Documentation, nil},
}

// concerns says which operations a switch concerns, as service and glob. A switch that is not here concerns the service
// that its description names.
var concerns = map[string][]string{
	"group-put":                    {"iotcentral EnrollmentGroups_Create"},
	"shared-certificate":           {"iotcentral EnrollmentGroups_CreateX509"},
	"code-lifetime":                {"iotcentral EnrollmentGroups_VerifyX509"},
	"generate-resets-verified":     {"iotcentral EnrollmentGroups_GenerateVerificationCodeX509"},
	"earlier-code":                 {"iotcentral EnrollmentGroups_GenerateVerificationCodeX509"},
	"empty-entry-delete":           {"iotcentral EnrollmentGroups_RemoveX509"},
	"verify-mismatch":              {"iotcentral EnrollmentGroups_VerifyX509"},
	"group-certificates":           {"iotcentral EnrollmentGroups_Create"},
	"bundle":                       {"iotcentral EnrollmentGroups_CreateX509", "iotcentral EnrollmentGroups_VerifyX509"},
	"raw-pem":                      {"iotcentral EnrollmentGroups_CreateX509", "iotcentral EnrollmentGroups_VerifyX509"},
	"non-ca":                       {"iotcentral EnrollmentGroups_CreateX509"},
	"patch-media-type":             {"iotcentral EnrollmentGroups_Update"},
	"page-size":                    {"iotcentral EnrollmentGroups_List"},
	"certificate-body":             {"iotcentral EnrollmentGroups_GetX509", "iotcentral EnrollmentGroups_CreateX509"},
	"group-shows-certificates":     {"iotcentral EnrollmentGroups_Get", "iotcentral EnrollmentGroups_List"},
	"body-etag":                    {"iotcentral EnrollmentGroups_Create", "iotcentral EnrollmentGroups_Update", "iotcentral EnrollmentGroups_CreateX509"},
	"patch-immutable":              {"iotcentral EnrollmentGroups_Update"},
	"proof-dates":                  {"iotcentral EnrollmentGroups_VerifyX509"},
	"read-lag":                     {"iotcentral EnrollmentGroups_GetX509"},
	"entry-etag":                   {"iotcentral EnrollmentGroups_*X509"},
	"non-active-body":              {"arm Certificates_*", "sphere Tenants_GetCert*", "sphere Tenants_ListCertificates"},
	"aliases":                      {"arm Certificates_Get", "arm Certificates_Retrieve*"},
	"non-active-proof":             {"arm Certificates_RetrieveProof*", "sphere Tenants_GetProof*"},
	"sphere-put":                   {"arm Catalogs_CreateOrUpdate", "arm Images_CreateOrUpdate", "arm Products_CreateOrUpdate", "arm De*_CreateOrUpdate"},
	"operation-end":                {"arm Operations_Get"},
	"ca-key":                       {"arm Certificates_*", "sphere Tenants_GetCert*", "sphere Tenants_ListCertificates"},
	"ca-serial":                    {"arm Certificates_*"},
	"operation-polls":              {"arm Operations_Get"},
	"new-catalog-certificate":      {"arm Certificates_*", "sphere Tenants_GetCert*", "sphere Tenants_ListCertificates"},
	"rotation":                     {"arm Certificates_*", "sphere Tenants_GetCert*", "sphere Tenants_ListCertificates"},
	"dps-certificate-put":          {"arm DpsCertificate_CreateOrUpdate"},
	"dps-if-match-missing":         {"arm DpsCertificate_CreateOrUpdate", "arm DpsCertificate_Delete", "arm DpsCertificate_GenerateVerificationCode", "arm DpsCertificate_VerifyCertificate"},
	"dps-if-match-any":             {"arm DpsCertificate_CreateOrUpdate", "arm DpsCertificate_Delete", "arm DpsCertificate_GenerateVerificationCode", "arm DpsCertificate_VerifyCertificate", "dps EnrollmentGroup_CreateOrUpdate", "dps EnrollmentGroup_Delete"},
	"dps-code-lifetime":            {"arm DpsCertificate_VerifyCertificate"},
	"dps-put-resets-verified":      {"arm DpsCertificate_CreateOrUpdate"},
	"dps-generate-resets-verified": {"arm DpsCertificate_GenerateVerificationCode"},
	"dps-earlier-code":             {"arm DpsCertificate_GenerateVerificationCode"},
	"dps-verify-mismatch":          {"arm DpsCertificate_VerifyCertificate"},
	"dps-referenced-delete":        {"arm DpsCertificate_Delete"},
	"dps-unknown-reference":        {"dps EnrollmentGroup_CreateOrUpdate"},
	"dps-unverified-reference":     {"dps EnrollmentGroup_CreateOrUpdate"},
	"dps-shared-ca":                {"dps EnrollmentGroup_CreateOrUpdate"},
	"dps-certificate-body":         {"arm DpsCertificate_[GLCV]*"},
	"dps-certificate-limit":        {"arm DpsCertificate_CreateOrUpdate"},
	"dps-empty-group":              {"dps EnrollmentGroup_CreateOrUpdate"},
	"dps-page-size":                {"dps EnrollmentGroup_Query"},
	"dps-read-lag":                 {"arm DpsCertificate_Get", "arm DpsCertificate_List"},
	"legacy-strings":               {"sphere Tenants_Get?*"},
	"legacy-lists":                 {"sphere Tenants_List*"},
	"legacy-encoding":              {"sphere Tenants_GetCertificate", "sphere Tenants_GetProof*", "sphere Tenants_ListCertificates"},
	"legacy-missing":               {"sphere Tenants_GetCertificate", "sphere Tenants_GetCertificateChain", "sphere Tenants_GetProof*"},
}

// Operations returns every operation, service by service. Those whose facts have no source yet have an empty one.
func (e *Emulator) Operations() []Operation {
	var list []Operation
	for _, served := range e.served() {
		routed, ok := served.handler.(interface{ Routes() []rest.Listed })
		if !ok {
			continue // It cannot be asked, which a test does not let pass.
		}
		for _, route := range routed.Routes() {
			op := Operation{
				Service: served.name, ID: route.Operation, Method: route.Method, Path: route.Path,
				Switches: switchesOf(served.name, route.Operation),
			}
			if known := factOf(served.name, route.Operation); known != nil {
				op.Versions, op.Source = slices.Clone(known.versions), known.source
			}
			list = append(list, op)
		}
	}
	return list
}

// servedAs is a service and its name.
type servedAs struct {
	name    string
	handler http.Handler
}

// served are the services that have operations, each once: applications have the same ones.
func (e *Emulator) served() []servedAs {
	return []servedAs{
		{"arm", e.services.arm},
		{"sphere", e.services.sphere},
		{"iotcentral", e.services.noApplication},
		{"provisioning", e.services.provisioning},
		{"dps", e.services.noDPS},
		{"entra", e.services.entra},
		{"metadata", e.services.metadata},
		{"github", e.services.github},
		{"azuredevops", e.services.azureDevOps},
	}
}

// factOf returns what is known of an operation, or nil.
func factOf(service, operation string) *fact {
	for i := range facts {
		if facts[i].service == service && matches(facts[i].operations, operation) {
			return &facts[i]
		}
	}
	return nil
}

// switchesOf returns the switches that concern an operation.
func switchesOf(service, operation string) []string {
	var names []string
	for _, s := range switches {
		for _, pattern := range concerns[s.name] {
			if name, glob, _ := strings.Cut(pattern, " "); name == service && matches(glob, operation) {
				names = append(names, s.name)
				break
			}
		}
	}
	return names
}

// GeneralSwitches returns the names of the switches that concern a whole service, and no operation in particular.
func GeneralSwitches() []string {
	var names []string
	for _, s := range switches {
		if concerns[s.name] == nil {
			names = append(names, s.name)
		}
	}
	return names
}

// matches reports whether a glob is for an ID.
func matches(glob, id string) bool {
	matched, err := path.Match(glob, id)
	return err == nil && matched
}
