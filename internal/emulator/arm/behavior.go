// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

// Behavior decides what the documentation leaves open of Azure Sphere's resource provider.
type Behavior struct {
	Aliases         Aliases // aliases that stand for the active certificate's serial number
	PutAsynchronous bool    // PUT answers 201 with Azure-AsyncOperation; default: 200, done
	ErrorBodyAbsent bool    // errors of the resource provider have no body; default: the ARM error body
	OperationPolls  int     // how many polls of an operation find it in progress; 0: the first finds it done
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
