// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"slices"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

func TestDepartures_warnOfWhatStays(t *testing.T) {
	t.Parallel()
	group := clients.Thing{Group: iotcentral.GroupID{Host: "contoso.azureiotcentral.com", Group: "devices"}}
	entry := clients.Thing{Group: group.Group, Entry: iotcentral.Primary}
	for name, test := range map[string]struct {
		before        func(*clients.Departures)
		kept, managed bool
	}{
		"nobody manages it":      {func(*clients.Departures) {}, false, false},
		"another is kept":        {func(d *clients.Departures) { d.Manage(group); d.Keep(group) }, false, false},
		"it is managed":          {func(d *clients.Departures) { d.Manage(entry) }, false, true},
		"it is kept":             {func(d *clients.Departures) { d.Keep(entry) }, true, false},
		"it is kept and managed": {func(d *clients.Departures) { d.Keep(entry); d.Manage(entry) }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var departures clients.Departures
			test.before(&departures)
			if managed := departures.Managed(entry); managed != test.managed {
				t.Errorf("it is managed: %t, want %t", managed, test.managed)
			}
			if kept := departures.Leave("warning", entry); kept != test.kept {
				t.Errorf("it is kept: %t, want %t", kept, test.kept)
			}
			// A warning that was not given yet is given once, if the thing is kept after all.
			if late := departures.Keep(entry); slices.Contains(late, "warning") == test.kept || len(departures.Keep(entry)) > 0 {
				t.Errorf("warnings afterwards: %q", late)
			}
		})
	}
}
