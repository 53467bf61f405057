// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package lab_test

import (
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

func TestFleet_isCompleteInEachShape(t *testing.T) {
	t.Parallel()
	for _, shape := range []lab.Shape{lab.FourResources, lab.Trust, lab.TrustAlone} {
		for name, config := range map[string]string{"fleet": lab.Fleet(shape, "contoso.example", 7), "floor": lab.Floor(shape, 7)} {
			if strings.Contains(config, "%!") || !strings.Contains(config, "= 7") {
				t.Errorf("%s of %s:\n%s", name, shape, config)
			}
		}
	}
	if config := lab.Fleet(lab.TrustAlone, "contoso.example", 1); !strings.Contains(config, `"contoso.example/enrollmentGroups/fleet-${count.index}"`) {
		t.Errorf("the host is missing:\n%s", config)
	}
}
