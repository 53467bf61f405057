// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"
)

func TestReadModules_fillsInTheTables(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"examples/modules/m/variables.tf": "variable \"a\" {\n  description = \"The a.\"\n  type = map(object({\n    x = string\n  }))\n}\n\nvariable \"b\" {\n  description = \"The b.\"\n  type = string\n  default = null\n}\n",
		"examples/modules/m/outputs.tf":   "output \"c\" {\n  description = \"The c.\"\n  value = 1\n}\n",
		"examples/modules/m/README.md":    "# M\n\n<!-- inputs -->\nold\n<!-- end -->\n\nmore\n\n<!-- outputs -->\n<!-- end -->\n",
	}
	want := "# M\n\n<!-- inputs -->\n| input | description | type | default |\n| --- | --- | --- | --- |\n" +
		"| `a` | The a. | `map(object({ x = string }))` | required |\n| `b` | The b. | `string` | `null` |\n<!-- end -->\n\nmore\n\n" +
		"<!-- outputs -->\n| output | description |\n| --- | --- |\n| `c` | The c. |\n<!-- end -->\n"
	all, err := readModules(folder(t, files))
	if err != nil || len(all) != 1 || string(all["examples/modules/m/README.md"]) != want {
		t.Errorf("got %q, %v; want %q", all, err, want)
	}
	files["examples/modules/m/README.md"] = "# M\n"
	if _, err := readModules(folder(t, files)); err == nil || !strings.Contains(err.Error(), "2 of the tables have no place") {
		t.Errorf("without a place: %v", err)
	}
	files["examples/modules/m/outputs.tf"] = "output {"
	if _, err := readModules(folder(t, files)); err == nil {
		t.Error("what is not HCL is no error")
	}
}
