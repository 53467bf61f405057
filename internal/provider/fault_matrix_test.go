// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// emptyList is the fault that looks like the list of a new catalog.
const emptyList = "200 with a list of null"

// faults are what may become of a request on its way: refusals, lost connections
// and answers, before and after the effect, and what a proxy may answer.
func faults() map[string]emulator.Fault {
	all := map[string]emulator.Fault{
		"dropped":              {Drop: true},
		"dropped after effect": {Drop: true, AfterEffect: true},
	}
	for _, status := range []int{302, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 422, 429, 500, 501, 502, 503, 504} {
		all[strconv.Itoa(status)] = emulator.Fault{Status: status}
	}
	for _, status := range []int{408, 500, 502, 503, 504} {
		all[fmt.Sprintf("%d after effect", status)] = emulator.Fault{Status: status, AfterEffect: true}
	}
	for name, body := range map[string]string{
		"nothing": acctest.Nothing, "null": "null", "empty object": "{}", "empty list": "[]", "text": `"text"`, "number": "7", strings.TrimPrefix(emptyList, "200 with "): `{"value":null}`,
		"other members": `{"id":{},"verified":"yes","info":{"sha1Thumbprint":7}}`, "cut off": `{"id":"a","displ`,
	} {
		all["200 with "+name] = emulator.Fault{Status: 200, Body: body}
	}
	all["200 with a page"] = emulator.Fault{Status: 200, Body: acctest.LoginPage}
	all["200 with a page after effect"] = emulator.Fault{Status: 200, Body: acctest.LoginPage, AfterEffect: true}
	all["201 with a page"] = emulator.Fault{Status: 201, Body: acctest.LoginPage}

	return all
}

// sampled reports whether a cell of a matrix is tried: each of them with CHAOS=all,
// and one in some otherwise, always the same ones.
func sampled(t *testing.T, cell string, oneIn uint32) bool {
	t.Helper()
	switch chosen := os.Getenv("CHAOS"); chosen {
	case "":
	case "all":
		return true
	default:
		number, err := strconv.ParseUint(chosen, 10, 32)
		if err != nil {
			t.Fatalf("CHAOS is %q; it is all, or a number N for one cell in N", chosen)
		}
		oneIn = uint32(max(number, 1))
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(cell))

	return sum.Sum32()%oneIn == 0
}

// tally counts what has become of the cells of a matrix.
type tally struct {
	mutex  sync.Mutex
	counts map[string]map[string]int
}

func (c *tally) add(row, outcome string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.counts == nil {
		c.counts = map[string]map[string]int{}
	}
	if c.counts[row] == nil {
		c.counts[row] = map[string]int{}
	}
	c.counts[row][outcome]++
}

// print writes the table.
func (c *tally) print(t *testing.T, title string) {
	t.Helper()
	var lines []string
	for _, row := range slices.Sorted(maps.Keys(c.counts)) {
		for _, outcome := range slices.Sorted(maps.Keys(c.counts[row])) {
			lines = append(lines, fmt.Sprintf("%-45s %-40s %5d", row, outcome, c.counts[row][outcome]))
		}
	}
	t.Logf("%s\n%s", title, strings.Join(lines, "\n"))
}

// TestFaults_oneMoreApplyFinishes meets each request of each change with each
// fault, for as long as the apply takes. Without it one more apply must lead to
// the end, the plan after it must be empty, and a destroy must leave nothing behind.
// The one exception is a group whose creation was answered to nobody: it is named,
// with a block that imports it.
func TestFaults_oneMoreApplyFinishes(t *testing.T) {
	t.Parallel()
	var counted tally
	t.Cleanup(func() { counted.print(t, "faults, by kind of change") })
	for phase, finish := range map[string]struct {
		all    map[string]change
		finish func(*testing.T, *estate, change, acctest.Plan, acctest.Resource) string
	}{
		"creating": {creations, finishApply}, "updating": {changes, finishApply}, "deleting": {removals, finishDestroy},
	} {
		for name, one := range finish.all {
			t.Run(phase+" "+name, func(t *testing.T) {
				t.Parallel()
				for _, operation := range one.operations {
					for kind, fault := range faults() {
						// Nobody can tell these from the truth for as long as they last: a new
						// catalog, whose first CA an apply waits for, and an entry that is empty.
						if strings.Contains(operation, "_List") && kind == emptyList || phase == "deleting" && isRead(operation) && kind == "404" {
							continue
						}
						if cell := operation + ", " + kind; sampled(t, strings.Join([]string{phase, name, cell}, ", "), 12) {
							fault.Operation = operation
							t.Run(cell, func(t *testing.T) {
								e, plan, first := meetFault(t, one, fault)
								counted.add(phase+" "+name, finish.finish(t, e, one, plan, first))
								nothingIsLeft(t, e, one.typeName)
							})
						}
					}
				}
			})
		}
	}
}

// meetFault carries out a change with a fault, in an estate of its own.
func meetFault(t *testing.T, change change, fault emulator.Fault) (*estate, acctest.Plan, acctest.Resource) {
	t.Helper()
	e := newEstate(t, change.needs...)
	plan := change.plan(t, e)
	if len(plan.Errors) > 0 {
		t.Fatalf("the plan: %q", plan.Errors)
	}
	e.Fail(fault)
	first := e.NewServer().Apply(plan)
	e.ClearFaults()
	for _, text := range first.Errors {
		if strings.Contains(text, "json:") || strings.Contains(text, "panic") || strings.Contains(text, "*transport") {
			t.Errorf("the error has words of Go: %s", text)
		}
	}

	return e, plan, first
}

// finishDestroy is one more destroy.
func finishDestroy(t *testing.T, e *estate, change change, _ acctest.Plan, first acctest.Resource) string {
	t.Helper()
	if first.State == nil && len(first.Errors) == 0 {
		return "went through"
	}
	server := e.NewServer()
	if again := server.Apply(server.PlanDelete(e.resources[change.typeName])); len(again.Errors) > 0 {
		t.Errorf("one more destroy: %q", again.Errors)
	}

	return "finished by one more"
}

// finishApply is one more apply, as Terraform makes it, the plan after it, and the
// destroy.
func finishApply(t *testing.T, e *estate, change change, plan acctest.Plan, first acctest.Resource) string {
	t.Helper()
	outcome := "went through"
	if len(first.Errors) > 0 {
		outcome = "finished by one more"
	}
	if created := e.resources[change.typeName].State == nil; created && len(first.Errors) > 0 && first.State != nil {
		// It is tainted, so Terraform replaces it.
		server := e.NewServer()
		first = server.Apply(server.PlanDelete(first))
		if len(first.Errors) > 0 {
			t.Errorf("removing what was tainted: %q", first.Errors)
		}
	}
	server := e.NewServer()
	again := func(before acctest.Resource) acctest.Plan {
		if change.typeName == typeTenantCA { // One of its changes has an argument that is not known.
			return server.PlanUpdate(before, e.arguments[typeTenantCA])
		}
		return server.Replan(plan, before)
	}
	if first.State != nil {
		first = server.Refresh(first)
	}
	if first.State == nil {
		first = server.Absent(change.typeName)
	}
	last := server.Apply(again(first))
	ids := map[string]string{typeGroup: e.Host() + "/enrollmentGroups/" + estateGroup, typeDPSGroup: e.DPSGroupID(estateGroup)}
	if id := ids[change.typeName]; id != "" && containsOne(last.Errors, "import {") {
		outcome = "named with an import block"
		last = server.Apply(again(server.ImportByID(change.typeName, id)))
	}
	if len(last.Errors) > 0 {
		t.Errorf("one more apply: %q", last.Errors)
	}
	server = e.NewServer()
	last = server.Refresh(last)
	if next := again(last); len(next.Errors) > 0 || !reflect.DeepEqual(next.Values, last.State) {
		t.Errorf("the plan after it is not empty: errors %q\nit plans %v\nover     %v", next.Errors, next.Values, last.State)
	}
	if removed := server.Apply(server.PlanDelete(last)); len(removed.Errors) > 0 {
		t.Errorf("the destroy: %q", removed.Errors)
	}

	return outcome
}

// nothingIsLeft checks that what a resource manages is gone with it. What the other
// resources of the estate manage stays.
func nothingIsLeft(t *testing.T, e *estate, typeName string) {
	t.Helper()
	switch typeName {
	case typeGroup:
		for _, group := range e.State().Applications[0].EnrollmentGroups {
			if group.ID != trustGroup {
				t.Errorf("the group %s is left", group.ID)
			}
		}
	case typeDPSGroup:
		for _, group := range e.DPSState().EnrollmentGroups {
			if group.ID != trustGroup {
				t.Errorf("the group %s is left", group.ID)
			}
		}
	case typeDPSTrust:
		for _, group := range e.DPSState().EnrollmentGroups {
			if group.PrimaryReference+group.SecondaryReference != "" {
				t.Errorf("the group refers to %q and %q", group.PrimaryReference, group.SecondaryReference)
			}
		}
		for _, certificate := range e.DPSState().Certificates {
			if certificate.Name != estateCertificate {
				t.Errorf("the certificate %s is left", certificate.Name)
			}
		}
	case typeCertificate:
		isEmpty(t, e, estateGroup)
	case typeTrust:
		isEmpty(t, e, trustGroup)
	}
}

func isEmpty(t *testing.T, e *estate, group string) {
	t.Helper()
	if thumbprint, _ := e.Entry(group, iotcentral.Primary); thumbprint != "" {
		t.Errorf("the primary entry of %s holds %s", group, thumbprint)
	}
}
