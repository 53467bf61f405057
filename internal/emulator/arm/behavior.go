// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Behavior decides what the documentation leaves open of Azure Sphere's resource provider.
type Behavior struct {
	Aliases         Aliases // aliases that stand for the active certificate's serial number
	Puts            Puts    // types whose PUT answers otherwise than recorded
	ErrorBodyAbsent bool    // errors of the resource provider have no body; default: the ARM error body
	OperationPolls  int     // how many polls of an operation find it in progress; 0: the first finds it done
	OperationsFail  bool    // operations end as Failed and have no effect; default: they succeed
}

// Puts says how PUT answers, by type, where that is not as recorded: pairs such as catalog=201, with commas between. 200 is
// done; 201 comes with Azure-AsyncOperation to poll.
type Puts string

// recorded are the types that PUT makes, and whether it answered them with 201.
var recorded = map[string]bool{
	"catalog": false, "product": false, "group": false, "device": true, "image": true, "deployment": true,
}

// ParsePuts reads the pairs. It reports an error for a type or a status that there is not.
func ParsePuts(text string) (Puts, error) {
	if text == "recorded" {
		return "", nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		kind, status, _ := strings.Cut(pair, "=")
		if _, known := recorded[kind]; !known || status != "200" && status != "201" {
			return "", fmt.Errorf("%q is no type and status such as catalog=201; the types are %s", pair,
				strings.Join(slices.Sorted(maps.Keys(recorded)), ", "))
		}
	}
	return Puts(text), nil
}

// asynchronous reports whether PUT of a type answers 201.
func (p Puts) asynchronous(kind string) bool {
	for pair := range strings.SplitSeq(string(p), ",") {
		if named, status, _ := strings.Cut(pair, "="); named == kind {
			return status == "201"
		}
	}
	return recorded[kind]
}

// Aliases says which names are accepted in place of the active certificate's serial number, whatever their case.
type Aliases string

// The aliases that may be accepted.
const (
	AliasesAll        Aliases = ""         // .default, active and default
	AliasesNone       Aliases = "none"     // none of them
	AliasesDotDefault Aliases = ".default" // .default only
	AliasesActive     Aliases = "active"   // active only
	AliasesDefault    Aliases = "default"  // default only
)
