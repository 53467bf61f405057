// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// What Azure allows in the segments of a resource ID, by the naming rules of Azure
// Resource Manager. A name may be what its service allows, and is escaped.
var (
	resourceGroup = regexp.MustCompile(`^[\pL\pN_().-]{0,89}[\pL\pN_()-]$`)
	resourceName  = regexp.MustCompile(`^[\pL\pN_-][\pL\pN_.-]{0,254}$`)
)

// IsResourceID reports whether a text is the ID of an Azure resource of the type
// ("Microsoft.AzureSphere/catalogs"), segment by segment. Azure compares resource
// IDs without case.
func IsResourceID(id, resourceType string) bool {
	segments := strings.Split(id, "/")
	if len(segments) != 9 {
		return false
	}
	for i, want := range []string{"", "subscriptions", "*", "resourceGroups", "*", "providers", "*", "*", "*"} {
		if want != "*" && !strings.EqualFold(segments[i], want) {
			return false
		}
	}

	return IsUUID(segments[2]) && resourceGroup.MatchString(segments[4]) &&
		strings.EqualFold(segments[6]+"/"+segments[7], resourceType) && resourceName.MatchString(segments[8])
}

// IsUUID reports whether a text is a UUID in its usual form.
func IsUUID(text string) bool {
	_, err := uuid.Parse(text)

	return err == nil && len(text) == 36 // Parse takes other forms as well.
}

// EscapePath escapes each segment of a path, so that none of them can be taken for
// something else in an address.
func EscapePath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}

	return strings.Join(segments, "/")
}
