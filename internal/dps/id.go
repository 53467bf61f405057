// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const serviceType = "Microsoft.Devices/provisioningServices"

// Segments of IDs.
const (
	groupsSegment       = "enrollmentGroups"
	certificatesSegment = "certificates"
)

// serviceName is what Azure allows as the name of a service: it is a DNS label.
var serviceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$`)

// ErrServiceID is the error for a text that is not the resource ID of a service.
var ErrServiceID = errors.New("a Device Provisioning Service is given by its Azure resource ID: /subscriptions/<subscription ID>" +
	"/resourceGroups/<resource group>/providers/Microsoft.Devices/provisioningServices/<name>")

// ErrGroupID is the error for a text that cannot be the ID of an enrollment group within its service.
var ErrGroupID = errors.New("an enrollment group ID has 1 to 128 letters, digits, hyphens, underscores and full stops, and ends with a letter, a digit or a hyphen")

// CheckServiceID reports whether a text is the resource ID of a Device Provisioning Service. Azure compares resource IDs
// without case.
func CheckServiceID(id string) error {
	if !transport.IsResourceID(id, serviceType) || !serviceName.MatchString(nameOf(id)) {
		return ErrServiceID
	}

	return nil
}

// nameOf returns the last segment of an ID.
func nameOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

var (
	// The service states no pattern; this is what its portal takes (inferred).
	groupName       = regexp.MustCompile(`^[A-Za-z0-9._-]{0,127}[A-Za-z0-9-]$`)
	certificateName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,256}$`)
)

// CheckGroupID reports whether a text can be the ID of a group within its service.
func CheckGroupID(group string) error {
	if !groupName.MatchString(group) {
		return ErrGroupID
	}

	return nil
}

// CheckCertificateName reports whether a text can be the name of a certificate of a service.
func CheckCertificateName(name string) error {
	if !certificateName.MatchString(name) {
		return errors.New("a certificate name has 1 to 256 letters, digits, hyphens, underscores and full stops")
	}

	return nil
}

// GroupID identifies an enrollment group across services.
type GroupID struct {
	// Service is the resource ID of the service.
	Service string
	// Group is the ID within the service.
	Group string
}

// ParseGroupID reads "<resource ID of the service>/enrollmentGroups/<group_id>".
func ParseGroupID(text string) (GroupID, error) {
	service, group, found := child(text, groupsSegment)
	if !found || CheckGroupID(group) != nil {
		return GroupID{}, fmt.Errorf("%q is not the ID of an enrollment group of a Device Provisioning Service; expected "+
			"<resource ID of the service>/enrollmentGroups/<group_id>", text)
	}

	return GroupID{Service: service, Group: group}, nil
}

// String returns "<resource ID of the service>/enrollmentGroups/<group_id>".
func (id GroupID) String() string { return id.Service + "/" + groupsSegment + "/" + id.Group }

// CertificateID identifies a certificate of a service.
type CertificateID struct {
	// Service is the resource ID of the service.
	Service string
	// Name is the name within the service.
	Name string
}

// ParseCertificateID reads "<resource ID of the service>/certificates/<name>", the resource ID of a certificate.
func ParseCertificateID(text string) (CertificateID, error) {
	service, name, found := child(text, certificatesSegment)
	if !found || CheckCertificateName(name) != nil {
		return CertificateID{}, fmt.Errorf("%q is not the resource ID of a certificate of a Device Provisioning Service; expected "+
			"<resource ID of the service>/certificates/<name>", text)
	}

	return CertificateID{Service: service, Name: name}, nil
}

// String returns "<resource ID of the service>/certificates/<name>".
func (id CertificateID) String() string {
	return id.Service + "/" + certificatesSegment + "/" + id.Name
}

// child splits the ID of something in a service.
func child(text, segment string) (service, name string, found bool) {
	segments := strings.Split(text, "/")
	last := len(segments) - 1
	if last != 10 || !strings.EqualFold(segments[last-1], segment) {
		return "", "", false
	}
	service = strings.Join(segments[:last-1], "/")

	return service, segments[last], CheckServiceID(service) == nil
}

// SameService reports whether two resource IDs are those of one service.
func SameService(one, other string) bool { return strings.EqualFold(one, other) }
