// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator_test

import (
	"reflect"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func TestSwitches_setEachFieldOfBehavior(t *testing.T) {
	t.Parallel()
	touched := map[string]string{}
	for _, s := range emulator.Switches() {
		if len(s.Values) < 2 || s.Description == "" {
			t.Errorf("the switch %+v says too little", s)
		}
		for i, value := range s.Values {
			var b emulator.Behavior
			if err := b.Set(s.Name, value); err != nil {
				t.Errorf("%s=%s: %v", s.Name, value, err)
			}
			changed := changedFields(b)
			if i == 0 && len(changed) != 0 {
				t.Errorf("%s=%s is not the zero value: %v", s.Name, value, changed)
			}
			if i > 0 && len(changed) != 1 {
				t.Errorf("%s=%s changes %v", s.Name, value, changed)
			}
			for _, field := range changed {
				touched[field] = s.Name
			}
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[emulator.Behavior]()) {
		if !field.Anonymous && touched[field.Name] == "" {
			t.Errorf("no switch sets %s", field.Name)
		}
	}
	if len(touched) != len(emulator.Switches()) {
		t.Errorf("%d switches set %d fields", len(emulator.Switches()), len(touched))
	}
}

func changedFields(b emulator.Behavior) []string {
	var changed []string
	value := reflect.ValueOf(b)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if !field.Anonymous && !value.FieldByIndex(field.Index).IsZero() {
			changed = append(changed, field.Name)
		}
	}
	return changed
}

func TestBehaviorSet_refusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"nothing": "x", "group-put": "maybe", "code-lifetime": "long", "page-size": "-1", "retry-after": "1s", "aliases": "ALL",
	} {
		var b emulator.Behavior
		if err := b.Set(name, value); err == nil || b != (emulator.Behavior{}) {
			t.Errorf("%s=%s: error %v, behavior %+v", name, value, err, b)
		}
	}
}
