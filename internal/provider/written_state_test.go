// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"reflect"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
)

// TestWrittenState_withAMalformedIDIsAnError: who edits a state by hand is told what
// is wrong with it, and neither loses it nor sends anything.
func TestWrittenState_withAMalformedIDIsAnError(t *testing.T) {
	t.Parallel()
	const malformed = "contoso/groups/x"
	e := newEstate(t, everyType()...)
	server := e.NewServer()
	e.ResetRequests()
	for typeName, test := range map[string]struct {
		id      string
		changed map[string]any // What an update changes, where there is one.
		removed bool           // Whether something is sent to remove it.
	}{
		typeGroup:        {"id", map[string]any{"display_name": "Renamed"}, true},
		typeCertificate:  {"id", nil, true},
		typeVerification: {"certificate_id", nil, false},
		typeCode:         {"certificate_id", nil, false},
		typeTrust:        {"enrollment_group_id", nil, true},

		typeDPSVerification: {"certificate_id", nil, false},
		typeDPSGroup:        {"id", map[string]any{"provisioning_status": "disabled"}, true},
		typeDPSTrust:        {"enrollment_group_id", nil, true},
	} {
		state := maps.Clone(e.resources[typeName].State)
		state[test.id] = malformed
		before := server.Written(typeName, state)
		outcomes := map[string]acctest.Resource{"reading": server.Refresh(before)}
		if test.changed != nil {
			outcomes["updating"] = server.Update(before, e.with(typeName, test.changed))
		}
		if test.removed {
			outcomes["deleting"] = server.Apply(server.PlanDelete(before))
		}
		for what, after := range outcomes {
			if len(after.Errors) != 1 || !containsOne(after.Errors, `"`+malformed+`"`) || !reflect.DeepEqual(after.State, before.State) {
				t.Errorf("%s %s: errors %q and the state\n%v, want an error with %q and\n%v", what, typeName, after.Errors, after.State, malformed, before.State)
			}
		}
	}
	if sent := e.Requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent, the first to %s", len(sent), sent[0].Path)
	}
}
