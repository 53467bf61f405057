// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

// optionalText is a string member of an answer that may also be null, or not be there at all: which of them the
// services send tells clients apart that get it wrong. With the option omitzero, its zero value is the last.
type optionalText struct {
	there bool
	value *string
}

var (
	absent = optionalText{}
	null   = optionalText{there: true}
)

func set(value string) optionalText { return optionalText{true, &value} }

// MarshalJSON writes the string or null.
func (o optionalText) MarshalJSON() ([]byte, error) {
	if o.value == nil {
		return []byte("null"), nil
	}
	return encodeJSON(*o.value), nil
}
