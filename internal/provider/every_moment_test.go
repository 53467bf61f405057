// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

const (
	day      = 24 * time.Hour
	lead     = 90 * day // before the end of a CA its successor is made,
	awaiting = 45 * day // and becomes Active so long after that
)

// twoYears is a catalog whose CA is about to be renewed, and the moments of the two
// years that follow: twice a day, and a second before and after whatever happens to
// a CA.
func twoYears(t *testing.T, watch *acctest.Watch) (*acctest.Bench, *acctest.Clock, []time.Time) {
	t.Helper()
	start := time.Now().UTC().Truncate(time.Second)
	clock := acctest.NewClock(start)
	bench := acctest.Start(t, func(options *emulator.Options) {
		options.Now, options.CAAge, options.Observe = clock.Now, 620*day, watch.Observe
		options.Behavior.AutomaticRotation = true
	})
	var moments []time.Time
	end := start.Add(2*365*day + 60*day)
	for at := start; at.Before(end); at = at.Add(12 * time.Hour) {
		moments = append(moments, at)
	}
	for expiry := bench.ActiveCA().NotAfter(); expiry.Before(end.Add(lead)); expiry = expiry.Add(-lead-3*time.Hour).AddDate(2, 0, 0) {
		for _, event := range []time.Time{expiry.Add(-lead), expiry.Add(-lead + awaiting), expiry} {
			for _, moment := range []time.Time{event.Add(-time.Second), event, event.Add(time.Second)} {
				if moment.Before(end) {
					moments = append(moments, moment)
				}
			}
		}
	}
	slices.SortFunc(moments, time.Time.Compare)

	return bench, clock, moments
}

// TestTwoYears_aDeviceEnrolsAtEveryMoment: a run each month keeps trust, whatever
// the CA goes through. Devices get a new certificate each day, one in the morning
// and one in the evening, and ask with it until they get the next.
func TestTwoYears_aDeviceEnrolsAtEveryMoment(t *testing.T) {
	t.Parallel()
	watch := &acctest.Watch{}
	bench, clock, moments := twoYears(t, watch)
	server := bench.NewServer()
	group := server.MustCreate("iotcentral_enrollment_group", map[string]any{"display_name": "Azure Sphere"})
	arguments := map[string]any{"enrollment_group_id": group.State["id"]}
	trust := server.MustCreate("iotcentral_azure_sphere_trust", arguments)

	devices := make([]*acctest.Device, 2)
	renewal := []time.Time{moments[0], moments[0]}
	run := moments[0].Add(30 * day)
	active := map[string]bool{}
	for _, moment := range moments {
		clock.Set(moment)
		for i := range devices {
			if moment.Before(renewal[i]) {
				continue
			}
			devices[i], renewal[i] = bench.Device(), moment.Add(day)
			if i == 1 && moment.Equal(moments[0]) {
				renewal[i] = moment.Add(12 * time.Hour)
			}
		}
		for _, device := range devices {
			device.MustEnrol(t, moment.Format(time.RFC3339))
		}
		active[bench.ActiveCA().Thumbprint().String()] = true
		if t.Failed() {
			t.Fatalf("devices were let in from %s to %s", moments[0], moment)
		}
		if moment.Before(run) {
			continue
		}
		run = run.Add(30 * day)
		watch.Follow(devices[0])
		server := bench.NewServer()
		trust = server.Update(server.Refresh(trust), arguments)
		for _, problem := range trust.Errors {
			t.Errorf("%s: %s", moment.Format(time.RFC3339), problem)
		}
		unbroken(t, watch)
		watch.Follow(nil)
	}
	if len(active) != 3 {
		t.Errorf("the two years saw %d Active CAs, want 3", len(active))
	}
}

// TestTwoYears_withoutRunsTheDeviceIsRefused is the counter-check: a witness that
// cannot be refused proves nothing.
func TestTwoYears_withoutRunsTheDeviceIsRefused(t *testing.T) {
	t.Parallel()
	bench, clock, moments := twoYears(t, &acctest.Watch{})
	server := bench.NewServer()
	group := server.MustCreate("iotcentral_enrollment_group", map[string]any{"display_name": "Azure Sphere"})
	server.MustCreate("iotcentral_azure_sphere_trust", map[string]any{"enrollment_group_id": group.State["id"]})
	activation := bench.ActiveCA().NotAfter().Add(-lead + awaiting)
	for _, moment := range moments {
		if moment.After(activation.Add(2 * day)) {
			break
		}
		clock.Set(moment)
		device := bench.Device()
		if moment.Before(activation) {
			device.MustEnrol(t, moment.Format(time.RFC3339))
		} else {
			device.MustBeRefused(t, moment.Format(time.RFC3339), "no enrollment group holds a CA of the chain")
		}
	}
}
