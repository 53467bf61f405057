// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import "strings"

// SlugGroupID returns the ID that a group gets from its display name: lower-case
// ASCII letters, digits, and one hyphen in place of everything else between them.
// It is empty for a name without letters and digits.
func SlugGroupID(displayName string) string {
	var slug strings.Builder
	gap := false
	for _, letter := range strings.ToLower(displayName) {
		if (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') {
			gap = true
			continue
		}
		if gap && slug.Len() > 0 {
			slug.WriteByte('-')
		}
		gap = false
		slug.WriteRune(letter)
	}
	text := slug.String()
	if len(text) > maxGroupID {
		text = text[:maxGroupID]
	}

	return strings.Trim(text, "-")
}
