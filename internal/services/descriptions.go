// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package services

// Sentences that end the description of an attribute. A test compares them with the
// plans that the provider makes.
const (
	// ForcesNew is about an argument.
	ForcesNew = " Changing this forces a new resource."
	// KnownInPlan and KnownAfterApply are about a computed attribute, in the plan of a
	// new resource whose arguments are known.
	KnownInPlan     = " Known in the plan."
	KnownAfterApply = " Known after apply."
)
