// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func TestExpandArguments_namesEachArgumentOnce(t *testing.T) {
	t.Parallel()
	block := &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "secret", Type: tftypes.String, Sensitive: true, Description: "The secret."},
		{Name: "on", Type: tftypes.Bool, Description: "Whether it is on."},
		{Name: "more", Type: tftypes.List{ElementType: tftypes.String}, Description: "More."},
		{Name: "block", Description: "A block.", NestedType: &tfprotov6.SchemaObject{
			Attributes: []*tfprotov6.SchemaAttribute{{Name: "rate", Type: tftypes.Number, Description: "The rate."}},
		}},
	}}
	for _, test := range []struct{ template, want, problem string }{
		{"no lines\n", "no lines\n", ""},
		{
			"A\n<!-- arguments: on, more -->\nB\n<!-- arguments: block, block.rate, secret -->\n",
			"A\n- `on` (Boolean) Whether it is on.\n- `more` (List of String) More.\nB\n" +
				"- `block` (Attributes) A block.\n- `rate` (Number) The rate.\n- `secret` (String, Sensitive) The secret.\n", "",
		},
		{"<!-- arguments: on, on -->", "", "names the argument on twice"},
		{"<!-- arguments: none -->", "", "names the argument none twice, or there is none"},
		{"<!-- arguments: on -->", "", "does not name the arguments secret, more, block, block.rate"},
	} {
		got, err := expandArguments([]byte(test.template), block)
		switch {
		case test.problem != "":
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("%q: got %v, want %q", test.template, err, test.problem)
			}
		case err != nil || string(got) != test.want:
			t.Errorf("%q: got %q, %v; want %q", test.template, got, err, test.want)
		}
	}
}
