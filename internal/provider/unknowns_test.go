// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// unknowns is what nobody knows of the services, what the provider does so that it
// does not matter, and where that is tested. TestMainJob_worksWhateverIsUnknownOfTheServices
// goes through every position of the switches, too. To learn something of the real
// services: change the default of the switch, and the row.
var unknowns = []struct {
	unknown, duty string
	tests         []string // names of tests, anywhere below internal
	switches      []string // of the emulator: NAME=VALUE for each position that is not the default
}{
	{
		"Azure Sphere: which aliases of the active certificate a call takes", "lists, picks Active, uses the real serial number",
		[]string{"TestIntegrated_asksForTheProofByTheRealSerialNumber"},
		[]string{"aliases=none"},
	},
	{
		"Azure Sphere: body of a certificate that is not Active", "takes a missing body as null, and keeps thumbprint and dates",
		[]string{"TestIntegrated_readsWhatTheServiceLeavesOut", "TestTenantCA_keepsTheBodyOfAnExpiredOne", "TestTenantCA_withoutABodyShowsWhatTheServiceTells"},
		[]string{"non-active-body=present", "non-active-body=null", "non-active-body=absent"},
	},
	{
		"Azure Sphere: proof for a CA that is not Active", "asks by serial number, checks the proof, reports a refusal and changes nothing",
		[]string{
			"TestUnknowns_aRefusedProofNamesTheCAAndChangesNothing", "TestAzureSphereTrust_onlyTheActiveCASigns",
			"TestAzureSphereTrust_refusedProofOfTheUpcomingCAIsAWarning", "TestHandshake_refusesAProofLocally",
		},
		[]string{"non-active-proof=refused"},
	},
	{
		"Azure Sphere: length and characters of a nonce", "sends the code unchanged, and checks the common name of the proof against it",
		[]string{"TestIntegrated_asksForTheProofByTheRealSerialNumber", "TestLegacy_nonceIsPercentEncodedAndHidden", "TestHandshake_refusesAProofLocally"},
		nil,
	},
	{
		"Azure Sphere: operations before their end and failed ones; PUT of catalog, product or group; DELETE, claims, uploads, deployments",
		"starts no operation: it reads, and asks for proofs",
		[]string{"TestUnknowns_azureSphereIsReadAndAskedForProofsAlone"},
		[]string{"sphere-put=catalog=201,product=201,group=201", "operation-end=failed"},
	},
	{
		"Azure Sphere: answer to an unknown serial number, a bad nonce, a missing right", "goes by the status, survives odd bodies, names actions and role",
		[]string{
			"TestError_readsEveryShapeOfBody", "TestConfigure_principalWithoutRights", "TestCertificateVerification_missingRightsAreNamed",
			"TestConfigure_publisherIsEnough",
		},
		[]string{"sphere-errors=absent"},
	},
	{
		"Azure Sphere: lag of reads; Resource Manager's own list by subscription", "reads the catalog itself, and writes nothing there",
		[]string{"TestUnknowns_azureSphereIsReadAndAskedForProofsAlone"},
		nil,
	},
	{
		"Azure Sphere: when the CA of a new catalog appears", "waits for a bounded time, then says so",
		[]string{"TestTenantCA_waitsForTheFirstCAOfANewCatalog", "TestNoActiveCA_isSaidAndNothingIsLost"},
		[]string{"new-catalog-certificate=68s"},
	},
	{
		"Azure Sphere: keys and issuers of future CAs, form of their serial numbers", "takes all of it from the certificate, and pins nothing",
		[]string{"TestCertificate_serialNumberIsTheContentOfTheDER", "TestSameSerialNumber", "TestUnknowns_aSuccessorOfAnyFormIsTrusted"},
		[]string{"ca-key=P-256", "ca-serial=signed", "ca-serial=plain", "ca-serial=short"},
	},
	{
		"Legacy: strings quoted or bare, lists bare or wrapped, what certificates are base64 of", "takes each form",
		[]string{"TestLegacy_listIsBareOrWrapped", "TestLegacy_proofIsQuotedOrBare", "TestText_isQuotedOrBare"},
		[]string{"legacy-strings=bare", "legacy-lists=wrapped", "legacy-encoding=pem"},
	},
	{
		"Legacy: unknown or expired thumbprint; least role", "takes 404, null and nothing as no body, and knows no role",
		[]string{"TestLegacy_expiredCAKeepsItsBody", "TestLegacy_proofThatIsNone", "TestLegacy_errorsSayWhatToDo"},
		[]string{"legacy-missing=null"},
	},
	{
		"IoT Central: PUT on a group or an entry that exists", "reads first, does not adopt, reads again after each PUT",
		[]string{
			"TestEnrollmentGroup_existingOneIsNotOverwritten", "TestFirstPlan_existingGroupIsAWarning",
			"TestEnrollmentGroupCertificate_occupiedEntryIsNotOverwritten", "TestPutCertificate_readsAgainWhenTheAnswerLacksTheThumbprint",
		},
		[]string{"group-put=conflict", "group-certificates=stored"},
	},
	{
		"IoT Central: earlier codes after a new one, life of a code", "takes code, proof and verification in one step, and repeats none of them blindly",
		[]string{"TestClient_repeatsAllButCodeAndVerify", "TestHandshake_startsOverAfterVerifyAnswered500", "TestHandshake_attemptsAreBounded"},
		[]string{"earlier-code=valid", "code-lifetime=10m", "generate-resets-verified=yes", "proof-dates=checked"},
	},
	{
		"IoT Central: status and code of a failed verification", "takes any 4xx as a failure, and shows the body",
		[]string{"TestHandshake_doesNotRepeatWhatAFreshCodeCannotCure", "TestHandshake_startsOverAfterTheProofWasRefused", "TestError_saysWhoWhatAndWhy"},
		[]string{"verify-mismatch=400"},
	},
	{
		"IoT Central: GET and DELETE of an empty entry", "takes 404 as absent, and as done",
		[]string{"TestCertificate_emptyEntryIsNotFound", "TestDelete_takesNotFoundAsDone"},
		[]string{"empty-entry-delete=404"},
	},
	{
		"IoT Central: one CA in two groups", "explains a 409, and touches no other group",
		[]string{"TestConflict_namesTheGroupThatHoldsTheCertificate", "TestEnrollmentGroupCertificate_sameCAInTwoGroupsIsExplained"},
		[]string{"shared-certificate=allow"},
	},
	{
		"IoT Central: what a group shows of a filled entry", "goes by it where it is whole, and reads the entry itself where it is not",
		[]string{"TestShared_aListServesForEntriesThatItShowsWhole", "TestRequestBudget", "TestCertificate_isRead"},
		[]string{"group-shows-certificates=partly", "group-shows-certificates=no", "certificate-body=returned"},
	},
	{
		"IoT Central: PATCH of type or attestation, etag in a body", "replaces instead, and sends no etag",
		[]string{"TestUpdateGroup_sendsAMergePatchOfWhatChanges", "TestPutGroup_sendsTheGroup", "TestEnrollmentGroup_lifeCycle"},
		[]string{"patch-immutable=ignored", "body-etag=ignored", "entry-etag=group", "patch-media-type=merge-patch"},
	},
	{
		"IoT Central: raw PEM, bundles, certificates of no CA", "sends the base64 of one certificate in PEM, and warns or refuses before",
		[]string{"TestPutCertificate_sendsTheBase64OfPEM", "TestEnrollmentGroupCertificate_wrongInputFailsInThePlan", "TestParse_refusesAndNamesWhatItGot"},
		[]string{"raw-pem=accepted", "bundle=first", "non-ca=accepted"},
	},
	{
		"IoT Central: Retry-After, paging, limit of groups", "waits longer each time, honours the header, follows pages on the same host",
		[]string{
			"TestSend_waitsAsLongAsRetryAfterSays", "TestDefaultRetry_waitsLongerEachTime", "TestGroups_followsPages",
			"TestList_neverCarriesTheTokenToAnotherHost",
		},
		[]string{"retry-after=1", "page-size=1"},
	},
	{
		"IoT Central: lag of reads after writes", "compares thumbprint and verification after each change, for a bounded time",
		[]string{"TestAzureSphereTrust_readsThatLag", "TestHandshake_readThatLagsIsRepeatedBeforeAnotherCodeIsGenerated"},
		[]string{"read-lag=2"},
	},
	{
		"IoT Central: application in Resource Manager, and one that is missing", "reads subdomain and application ID alone, and goes by the status",
		[]string{"TestApplicationDataSource_byNameOrResource", "TestApplicationDataSource_failuresAreExplained"},
		nil,
	},
	{
		"IoT Central: new applications after the notice of retirement", "creates none",
		[]string{"TestUnknowns_azureSphereIsReadAndAskedForProofsAlone"},
		nil,
	},
	{
		"IoT Central: device IDs of 128 characters", "handles no device: a device that the trust lets in is the witness",
		[]string{"TestRegistration_isShownInTheApplication", "TestTwoYears_aDeviceEnrolsAtEveryMoment"},
		nil,
	},
	{
		"DPS: PUT of an existing certificate, and changes without If-Match or with any", "reads first, creates without an etag, and sends the etag of the answer before",
		[]string{"TestCreateCertificate_sendsNoETag", "TestGenerateAndVerify_sendTheETagOfTheAnswerBefore", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{"dps-certificate-put=upsert", "dps-if-match-missing=400", "dps-if-match-any=412"},
	},
	{
		"DPS: what a new code or a PUT does to a verification, and how long a code lives", "takes code, proof and verification in one step, and looks again after a refusal",
		[]string{"TestHandshake_startsOverWhenTheETagIsOld", "TestVerification_provesPossession", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{
			"dps-put-resets-verified=no", "dps-generate-resets-verified=yes", "dps-earlier-code=valid", "dps-code-lifetime=10m", "dps-verify-mismatch=409",
		},
	},
	{
		"DPS: deletion of a certificate that a group refers to", "takes the reference away first, and asks all groups",
		[]string{"TestProvisioningGroup_keepsACertificateThatAnotherGroupNeeds", "TestProvisioningGroup_neverDeletesWhatItHasNotNamed"},
		[]string{"dps-referenced-delete=409"},
	},
	{
		"DPS: references to certificates that are missing or not verified, and groups without any", "refers to verified certificates alone",
		[]string{"TestEnrollmentGroup_refusesWhatCannotBe", "TestDecide_isCarriedOutByEachService", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{"dps-unknown-reference=accepted", "dps-unverified-reference=400", "dps-empty-group=accepted"},
	},
	{
		"DPS: one CA in two groups, and more certificates than the limit", "reports the refusal, and changes nothing of other groups",
		[]string{"TestProvisioningGroup_keepsACertificateThatAnotherGroupNeeds", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{"dps-shared-ca=allow", "dps-certificate-limit=400", "dps-certificate-limit=allow"},
	},
	{
		"DPS: the certificate in answers", "goes by the thumbprint",
		[]string{"TestCertificate_unknownMembersAndOddDatesDoNotMatter", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{"dps-certificate-body=always"},
	},
	{
		"DPS: a principal without a role in the data plane", "names roles and actions for 401 and 403",
		[]string{"TestRemedies_nameRolesAndActions", "TestTrust_isRefusedWithoutARoleOfTheDataPlane"},
		[]string{"dps-rbac=any", "dps-no-role=403"},
	},
	{
		"DPS: pages, limits and lag", "follows the continuation, leaves room for others, and reads again after each change",
		[]string{"TestGroups_followsTheContinuation", "TestLimit_leavesRoomForOthers", "TestDPS_worksWhateverIsUnknownOfTheService"},
		[]string{"dps-page-size=1", "dps-operations-per-minute=1000", "dps-read-lag=2"},
	},
}

// TestUnknowns_areEachTested holds the register against the tests and switches that
// there are.
func TestUnknowns_areEachTested(t *testing.T) {
	t.Parallel()
	there := testNames(t)
	positions := map[string]bool{}
	for _, s := range emulator.Switches() {
		for _, value := range s.Values[1:] {
			positions[s.Name+"="+value] = false
		}
	}
	for _, row := range unknowns {
		if row.unknown == "" || row.duty == "" || len(row.tests) == 0 {
			t.Errorf("the row %+v says too little", row)
		}
		for _, name := range row.tests {
			if !there[name] {
				t.Errorf("%s: there is no test %s", row.unknown, name)
			}
		}
		for _, position := range row.switches {
			if _, found := positions[position]; !found {
				t.Errorf("%s: the emulator has no switch in the position %s", row.unknown, position)
			}
			positions[position] = true
		}
	}
	// Not about what is unknown, but about time and pace.
	for _, elsewhere := range []string{
		"rotation=automatic", "operation-polls=1", "sphere-put=device=200,image=200,deployment=200", "aliases=.default", "aliases=active", "aliases=default",
	} {
		positions[elsewhere] = true
	}
	for position, registered := range positions {
		if !registered {
			t.Errorf("no row has the switch in the position %s", position)
		}
	}
}

// testNames are the tests of all packages.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	var files []string
	for _, pattern := range []string{"../*/*_test.go", "../*/*/*_test.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			if function, ok := declared.(*ast.FuncDecl); ok {
				names[function.Name.Name] = true
			}
		}
	}

	return names
}

// TestUnknowns_azureSphereIsReadAndAskedForProofsAlone: how Azure Sphere and Resource
// Manager change things cannot matter to a provider that changes nothing there.
func TestUnknowns_azureSphereIsReadAndAskedForProofsAlone(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	cli := bench.NewCLI(acctest.TrustConfig + `
data "azuresphere_catalog" "this" {}

data "azuresphere_tenant_cas" "this" {}

data "iotcentral_application" "this" {
  resource_id = "` + bench.Info().Applications[0].ResourceID + `"
}
`)
	cli.MustRun("apply", "-auto-approve")
	rotate(t, bench, emulator.StageIssue)
	rotate(t, bench, emulator.StageActivate)
	cli.MustRun("apply", "-auto-approve")
	cli.MustRun("destroy", "-auto-approve")
	allowed := []string{"Certificates_ListByCatalog", "Certificates_RetrieveProofOfPossessionNonce", "Catalogs_Get", "Apps_Get"}
	var used []string
	for _, request := range bench.Requests() {
		if request.Service != "arm" {
			continue
		}
		if used = append(used, request.Operation); !slices.Contains(allowed, request.Operation) {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
	slices.Sort(used)
	slices.Sort(allowed)
	if used = slices.Compact(used); !slices.Equal(used, allowed) {
		t.Errorf("the operations %v were used, want %v", used, allowed)
	}
}

// TestUnknowns_aRefusedProofNamesTheCAAndChangesNothing: whoever reads the error must
// know which CA it was about, and the entry stays as it was.
func TestUnknowns_aRefusedProofNamesTheCAAndChangesNothing(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.NonActiveProofRefused = true })
	rotate(t, bench, emulator.StageIssue)
	upcoming := bench.State().Catalogs[0].Certificates[1]
	cli := bench.NewCLI(strings.Replace(acctest.TrustConfig, `"this" {}`, `"this" {
  thumbprint = "`+upcoming.Thumbprint+`"
}`, 1))
	output, code := cli.Run("apply", "-auto-approve")
	said := strings.Join(strings.Fields(regexp.MustCompile(`[│╷╵]`).ReplaceAllString(output, " ")), " ")
	for _, part := range []string{upcoming.Thumbprint, upcoming.SerialNumber, "400", "inactive"} {
		if !strings.Contains(said, part) {
			t.Errorf("the error does not say %q:\n%s", part, output)
		}
	}
	if thumbprint, verified := bench.Entry(acctest.Group, iotcentral.Primary); code == 0 || verified || thumbprint != upcoming.Thumbprint {
		t.Errorf("the apply exits with %d; the entry holds %s, verified %t", code, thumbprint, verified)
	}
	if verifications := bench.Count()["EnrollmentGroups_VerifyX509"]; verifications != 0 {
		t.Errorf("%d verifications were sent without a proof", verifications)
	}
}

// TestUnknowns_aSuccessorOfAnyFormIsTrusted renews a catalog's CA through every form
// that a serial number may have.
func TestUnknowns_aSuccessorOfAnyFormIsTrusted(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, func(options *emulator.Options) { options.Behavior.CAKeyP256 = true })
	server := bench.NewServer()
	group := server.MustCreate("iotcentral_enrollment_group", map[string]any{"display_name": "Azure Sphere"})
	arguments := map[string]any{"enrollment_group_id": group.State["id"]}
	trust := server.MustCreate("iotcentral_azure_sphere_trust", arguments)
	digits := map[int]bool{}
	for range 4 {
		bench.Device().MustEnrol(t, "with a certificate of the Active CA")
		certificates := bench.State().Catalogs[0].Certificates
		digits[len(certificates[len(certificates)-1].SerialNumber)] = true
		rotate(t, bench, emulator.StageIssue)
		server := bench.NewServer()
		trust = server.Update(server.Refresh(trust), arguments)
		for _, problem := range trust.Errors {
			t.Error(problem)
		}
		rotate(t, bench, emulator.StageActivate)
		rotate(t, bench, emulator.StageExpire)
	}
	if !digits[34] || !digits[32] || !digits[31] {
		t.Errorf("the serial numbers had %v digits, want 34, 32 and 31", digits)
	}
}
