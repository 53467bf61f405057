// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"fmt"
	"regexp"
	"strings"
)

// Entry is one of the two places for a certificate in an enrollment group.
type Entry string

// The two entries of an enrollment group. Devices can enrol with either of them.
const (
	Primary   Entry = "primary"
	Secondary Entry = "secondary"
)

// Entries are all entries, in the order of the portal.
func Entries() []Entry { return []Entry{Primary, Secondary} }

const (
	groupsSegment       = "enrollmentGroups"
	certificatesSegment = "certificates"
	maxGroupID          = 255
)

var groupName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// CheckGroupID reports whether a text can be the ID of a group within its
// application: letters, digits and hyphens, at most 255. It is case-sensitive.
func CheckGroupID(group string) error {
	if isGroupName(group) {
		return nil
	}
	if id, err := ParseGroupID(group); err == nil {
		return fmt.Errorf("%q is the id of an enrollment group; its group_id is %q, the attribute group_id of the resource", group, id.Group)
	}

	return fmt.Errorf("%.300q is not the ID of an enrollment group within its application, which has 1 to 255 letters, digits and hyphens", group)
}

func isGroupName(group string) bool { return groupName.MatchString(group) && len(group) <= maxGroupID }

// GroupID identifies an enrollment group across applications.
type GroupID struct {
	// Host of the application, in lower case: "contoso.azureiotcentral.com".
	Host string
	// Group is the ID within the application.
	Group string
}

// ParseGroupID reads "<host>/enrollmentGroups/<group_id>".
func ParseGroupID(text string) (GroupID, error) {
	if parts := strings.Split(strings.TrimPrefix(text, "https://"), "/"); len(parts) == 3 {
		if id, ok := groupID(parts); ok {
			return id, nil
		}
	}

	return GroupID{}, fmt.Errorf("%q is not the ID of an enrollment group; expected "+
		"<host>/enrollmentGroups/<group_id>, such as contoso.azureiotcentral.com/enrollmentGroups/sphere-devices%s", text, insteadOfGroup(text))
}

// insteadOfGroup is a hint where a text looks like something else.
func insteadOfGroup(text string) string {
	parts := strings.Split(text, "/")
	switch {
	case isGroupName(text):
		return ". This looks like a group_id: use the id of the group, such as iotcentral_enrollment_group.sphere.id instead of iotcentral_enrollment_group.sphere.group_id"
	case len(parts) == 5 && parts[1] == groupsSegment && parts[3] == certificatesSegment:
		return ". This is the ID of a certificate in a group: use the id of the group"
	default:
		return ""
	}
}

func groupID(parts []string) (GroupID, bool) {
	host := strings.ToLower(parts[0])
	valid := hostname.MatchString(host) && strings.ContainsAny(host, ".:") &&
		parts[1] == groupsSegment && isGroupName(parts[2])

	return GroupID{Host: host, Group: parts[2]}, valid
}

// String returns "<host>/enrollmentGroups/<group_id>".
func (id GroupID) String() string { return id.Host + "/" + groupsSegment + "/" + id.Group }

// Certificate returns the ID of an entry of the group.
func (id GroupID) Certificate(entry Entry) CertificateID {
	return CertificateID{GroupID: id, Entry: entry}
}

// CertificateID identifies an entry of an enrollment group across applications.
type CertificateID struct {
	GroupID

	// Entry is the place in the group.
	Entry Entry
}

// ParseCertificateID reads
// "<host>/enrollmentGroups/<group_id>/certificates/<primary or secondary>".
func ParseCertificateID(text string) (CertificateID, error) {
	if parts := strings.Split(strings.TrimPrefix(text, "https://"), "/"); len(parts) == 5 && parts[3] == certificatesSegment {
		id, ok := groupID(parts[:3])
		if entry := Entry(parts[4]); ok && (entry == Primary || entry == Secondary) {
			return id.Certificate(entry), nil
		}
	}

	hint := ""
	if _, err := ParseGroupID(text); err == nil {
		hint = ". This is the ID of the group: use the id of its certificate, such as iotcentral_enrollment_group_certificate.primary.id"
	}

	return CertificateID{}, fmt.Errorf("%q is not the ID of a certificate of an enrollment group; expected "+
		"<host>/enrollmentGroups/<group_id>/certificates/<primary or secondary>%s", text, hint)
}

// String returns "<host>/enrollmentGroups/<group_id>/certificates/<entry>".
func (id CertificateID) String() string {
	return id.GroupID.String() + "/" + certificatesSegment + "/" + string(id.Entry)
}
