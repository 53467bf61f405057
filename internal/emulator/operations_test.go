// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

func TestOperations_eachHasASource(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	listed := map[string]bool{}
	for _, op := range s.Emulator.Operations() {
		if !slices.Contains([]emulator.Source{emulator.Recording, emulator.Specification, emulator.Documentation, emulator.Assumption}, op.Source) {
			t.Errorf("%s of %s has the source %q; facts in operations.go says where what is known of it comes from", op.ID, op.Service, op.Source)
		}
		listed[op.Service+" "+op.ID] = true
	}
	for _, known := range []string{"arm Certificates_ListByCatalog", "sphere Tenants_Get", "iotcentral EnrollmentGroups_VerifyX509", "entra Token", "metadata IMDSToken", "github RequestToken"} {
		if !listed[known] {
			t.Errorf("%s is not listed", known)
		}
	}
}

// TestOperations_ofEveryService: a service that is served is listed too.
func TestOperations_ofEveryService(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	served, listed := emulator.ServedFields(), map[string]bool{}
	for _, op := range s.Emulator.Operations() {
		listed[op.Service] = true
	}
	if len(listed) != len(served) {
		t.Errorf("there are operations of %d services, and these are served: %q", len(listed), served)
	}
}

func TestOperations_noFactAndNoSwitchIsForNothing(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, unused := range emulator.UnusedFacts(s.Emulator.Operations()) {
		t.Errorf("operations.go has %s, which matches no operation", unused)
	}
	known := []string{}
	for _, one := range emulator.Switches() {
		known = append(known, one.Name)
	}
	used := emulator.GeneralSwitches()
	for _, op := range s.Emulator.Operations() {
		used = append(used, op.Switches...)
	}
	slices.Sort(known)
	slices.Sort(used)
	if used = slices.Compact(used); !slices.Equal(used, known) {
		t.Errorf("the operations have the switches %q, and there are %q", used, known)
	}
}

// TestOperations_haveTheSwitchesOfTheirOwnService: a glob of a switch must not reach operations of another service.
func TestOperations_haveTheSwitchesOfTheirOwnService(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	for _, op := range s.Emulator.Operations() {
		ofDPS := op.Service == "dps" || strings.HasPrefix(op.ID, "DpsCertificate_") || strings.HasPrefix(op.ID, "IotDps")
		for _, name := range op.Switches {
			if strings.HasPrefix(name, "dps-") != ofDPS || name == "sphere-put" && strings.HasPrefix(op.ID, "Apps_") {
				t.Errorf("%s of %s has the switch %s", op.ID, op.Service, name)
			}
		}
	}
}

var variable = regexp.MustCompile(`\{\w+\}`)

// TestOperations_haveTheVersionsThatTheyAnswerTo asks for each operation in each of its versions, and in another one.
func TestOperations_haveTheVersionsThatTheyAnswerTo(t *testing.T) {
	t.Parallel()
	s := emulatortest.Start(t, emulator.Options{})
	refused := func(op emulator.Operation, version string) bool {
		base, audience := strings.TrimSuffix(s.Info.Endpoints.ResourceManager, "/"), s.Info.Audiences.ResourceManager
		if op.Service == "iotcentral" {
			base, audience = s.Info.Applications[0].URL, s.Info.Audiences.IoTCentral
		}
		path := variable.ReplaceAllString(strings.ReplaceAll(op.Path, "{sub}", s.Info.SubscriptionID), "x")
		answer := s.Send(op.Method, base+path+"?api-version="+version, nil, "Authorization", s.Token(audience))
		return answer.Status == http.StatusBadRequest && regexp.MustCompile(`(?i)api[ -]version`).Match(answer.Body)
	}
	asked := 0
	for _, op := range s.Emulator.Operations() {
		if op.Service != "arm" && op.Service != "iotcentral" || len(op.Versions) == 0 {
			continue
		}
		for _, version := range op.Versions {
			if asked++; refused(op, version) {
				t.Errorf("%s of %s refuses the version %s", op.ID, op.Service, version)
			}
		}
		if !refused(op, "1999-01-01") {
			t.Errorf("%s of %s takes any version", op.ID, op.Service)
		}
	}
	if asked < 90 {
		t.Errorf("%d requests were made", asked)
	}
}
