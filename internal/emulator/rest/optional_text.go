// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

// OptionalText is a string member of an answer that may also be null, or not be there at all: which of them the
// services send tells clients apart that get it wrong. With the option omitzero, its zero value is the last.
type OptionalText struct {
	there bool
	value *string
}

// The members without a value.
var (
	Absent = OptionalText{}            // no member
	Null   = OptionalText{there: true} // a member that is null
)

// Set is a member with a value.
func Set(value string) OptionalText { return OptionalText{true, &value} }

// MarshalJSON writes the string or null.
func (o OptionalText) MarshalJSON() ([]byte, error) {
	if o.value == nil {
		return []byte("null"), nil
	}
	return EncodeJSON(*o.value), nil
}
