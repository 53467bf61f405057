// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// emptyList is the fault that a list of a new catalog looks like. An apply waits for
// its first CA.
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

// looksDone reports whether a fault answers as the service does when something is
// deleted, for as long as it is asked. Nobody can tell that from the truth.
func looksDone(operation string, fault emulator.Fault) bool {
	return isRead(operation) && fault.Status == 404 || fault.Status == 200 && !fault.AfterEffect && strings.HasPrefix(fault.Body, "{") && json.Valid([]byte(fault.Body))
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
		oneIn = uint32(number)
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
// the end, and a destroy must leave nothing behind. The one exception is a group
// whose creation was answered to nobody: it is named, with a block that imports it.
func TestFaults_oneMoreApplyFinishes(t *testing.T) {
	t.Parallel()
	var counted tally
	t.Cleanup(func() { counted.print(t, "faults, by kind of change") })
	for phase, all := range map[string]map[string]change{"creating": creations, "updating": changes, "deleting": removals} {
		for name, one := range all {
			t.Run(phase+" "+name, func(t *testing.T) {
				t.Parallel()
				for _, operation := range one.operations {
					for kind, fault := range faults() {
						if phase == "deleting" && looksDone(operation, fault) || strings.Contains(operation, "_List") && kind == emptyList {
							continue
						}
						if cell := strings.Join([]string{phase, name, operation, kind}, ", "); sampled(t, cell, 12) {
							fault.Operation = operation
							counted.add(phase+" "+name, meetFault(t, cell, one, fault))
						}
					}
				}
			})
		}
	}
}

// meetFault carries out a change with a fault, then without, and returns what it
// took.
func meetFault(t *testing.T, cell string, change change, fault emulator.Fault) string {
	t.Helper()
	e := newEstate(t, change.needs...)
	before := leftovers(e)
	plan := change.plan(t, e)
	if len(plan.Errors) > 0 {
		t.Fatalf("%s: the plan: %q", cell, plan.Errors)
	}
	e.Fail(fault)
	first := e.NewServer().Apply(plan)
	e.ClearFaults()
	for _, text := range first.Errors {
		if strings.Contains(text, "json:") || strings.Contains(text, "panic") || strings.Contains(text, "*transport") {
			t.Errorf("%s: the error has words of Go: %s", cell, text)
		}
	}
	existed := e.resources[change.typeName].State != nil
	outcome := "went through"
	if len(first.Errors) > 0 {
		outcome = "finished by one more"
	}
	switch {
	case slices.ContainsFunc([]string{"EnrollmentGroups_Remove", "EnrollmentGroups_RemoveX509"}, func(o string) bool { return slices.Contains(change.operations, o) }) &&
		!slices.Contains(change.operations, "EnrollmentGroups_CreateX509"):
		if first.State != nil || len(first.Errors) > 0 {
			if again := e.NewServer().Apply(e.NewServer().PlanDelete(e.resources[change.typeName])); len(again.Errors) > 0 {
				t.Errorf("%s: one more destroy: %q", cell, again.Errors)
			}
		}
		if change.typeName == typeGroup && len(groupsOf(e, estateGroup)) > 0 || change.typeName == typeCertificate && holds(e, estateGroup) ||
			change.typeName == typeTrust && holds(e, trustGroup) {
			t.Errorf("%s: something is left after the destroy", cell)
		}
		return outcome
	case len(first.Errors) > 0 && !existed && first.State != nil: // It is tainted, so Terraform replaces it.
		if gone := e.NewServer().Apply(e.NewServer().PlanDelete(first)); len(gone.Errors) > 0 {
			t.Errorf("%s: removing what was tainted: %q", cell, gone.Errors)
		}
		first.State = nil
	}
	last := converge(t, cell, e, change, first, &outcome)
	if removed := e.NewServer().Apply(e.NewServer().PlanDelete(last)); len(removed.Errors) > 0 {
		t.Errorf("%s: the destroy: %q", cell, removed.Errors)
	}
	if change.typeName != typeGroup && existed {
		return outcome
	}
	if after := leftovers(e); !existed && after != before {
		t.Errorf("%s: something is left behind:\nbefore: %s\nafter:  %s", cell, before, after)
	}

	return outcome
}

// converge is one more apply, as Terraform makes it: it reads what is in the state,
// and creates what is not.
func converge(t *testing.T, cell string, e *estate, change change, found acctest.Resource, outcome *string) acctest.Resource {
	t.Helper()
	server := e.NewServer()
	arguments := e.arguments[change.typeName]
	if found.State != nil {
		found = server.Refresh(found)
		if found.State != nil {
			updated := server.Apply(server.PlanUpdate(found, arguments))
			if len(updated.Errors) > 0 {
				t.Errorf("%s: one more apply: %q", cell, updated.Errors)
			}
			return updated
		}
		*outcome = "finished by one more"
	}
	created := server.Create(change.typeName, arguments)
	if change.typeName == typeGroup && containsOne(created.Errors, "import {") {
		*outcome = "named with an import block"
		created = server.ImportByID(typeGroup, e.Host()+"/enrollmentGroups/"+estateGroup)
		if len(created.Errors) == 0 {
			created = server.Update(created, arguments)
		}
	}
	if len(created.Errors) > 0 {
		t.Errorf("%s: one more apply: %q", cell, created.Errors)
	}

	return created
}

// leftovers is what the application holds.
func leftovers(e *estate) string {
	var held strings.Builder
	for _, group := range e.State().Applications[0].EnrollmentGroups {
		fmt.Fprintf(&held, "%s (%s)", group.ID, group.DisplayName)
		for _, entry := range iotcentral.Entries() {
			thumbprint, _ := e.Entry(group.ID, entry) // That it is verified cannot be undone.
			fmt.Fprintf(&held, " %s: %q;", entry, thumbprint)
		}
	}

	return held.String()
}

func groupsOf(e *estate, id string) (found []string) {
	for _, group := range e.State().Applications[0].EnrollmentGroups {
		if group.ID == id {
			found = append(found, group.ID)
		}
	}

	return found
}

// holds reports whether the primary entry of a group holds a certificate.
func holds(e *estate, group string) bool {
	thumbprint, _ := e.Entry(group, iotcentral.Primary)

	return thumbprint != ""
}
