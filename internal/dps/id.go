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
	if !isServiceID(id) {
		return fmt.Errorf("%q is not the ID of a Device Provisioning Service: %w%s", id, ErrServiceID, insteadOfService(id))
	}

	return nil
}

func isServiceID(id string) bool {
	return transport.IsResourceID(id, serviceType) && serviceName.MatchString(nameOf(id))
}

// insteadOfService is a hint where a text looks like something else.
func insteadOfService(text string) string {
	lower := strings.ToLower(text)
	const ours = "/microsoft.devices/provisioningservices/"
	switch {
	case strings.HasPrefix(lower, "https://"):
		return ". This is an address: leave out everything before /subscriptions/"
	case strings.Contains(lower, ours) && strings.Count(text, "/") > serviceSlashes:
		return ". This is the ID of something in a service, or has a slash too many: end it after the name of the service"
	case strings.HasPrefix(lower, "/subscriptions/") && strings.Contains(lower, "/providers/") && !strings.Contains(lower, ours):
		return ". This is the ID of another Azure resource"
	case strings.HasPrefix(lower, "0ne"):
		return ". This looks like the ID scope of a service: use the id of azurerm_iothub_dps"
	case serviceName.MatchString(text):
		return ". This looks like the name of a service: use the id of azurerm_iothub_dps. The Azure CLI prints it: az iot dps show"
	default:
		return ""
	}
}

// serviceSlashes are the slashes of the ID of a service.
const serviceSlashes = 8

// nameOf returns the last segment of an ID.
func nameOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

var (
	// The service states no pattern; this is what its portal takes (inferred).
	groupName       = regexp.MustCompile(`^[A-Za-z0-9._-]{0,127}[A-Za-z0-9-]$`)
	certificateName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,256}$`)
)

// CheckGroupID reports whether a text can be the ID of a group within its service.
func CheckGroupID(group string) error {
	if groupName.MatchString(group) {
		return nil
	}
	if id, err := ParseGroupID(group); err == nil {
		return fmt.Errorf("%q is the id of an enrollment group; its group_id is %q, the attribute group_id of the resource", group, id.Group)
	}

	return fmt.Errorf("%.300q is not the ID of an enrollment group within its service: %w", group, ErrGroupID)
}

// CheckCertificateName reports whether a text can be the name of a certificate of a service.
func CheckCertificateName(name string) error {
	if certificateName.MatchString(name) {
		return nil
	}
	if id, err := ParseCertificateID(name); err == nil {
		return fmt.Errorf("%q is the id of a certificate; its name is %q, the attribute name of the resource", name, id.Name)
	}

	return fmt.Errorf("%.300q is not the name of a certificate of a Device Provisioning Service, which has 1 to 256 letters, digits, hyphens, underscores and full stops", name)
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
	if !found || !groupName.MatchString(group) {
		return GroupID{}, fmt.Errorf("%q is not the ID of an enrollment group of a Device Provisioning Service; expected "+
			"<resource ID of the service>/enrollmentGroups/<group_id>%s", text, insteadOfGroup(text))
	}

	return GroupID{Service: service, Group: group}, nil
}

// insteadOfGroup is a hint where a text looks like something else.
func insteadOfGroup(text string) string {
	_, _, ofCentral := strings.Cut(text, "/"+groupsSegment+"/")
	switch {
	case groupName.MatchString(text):
		return ". This looks like a group_id: use the id of the group, such as azuresphere_dps_enrollment_group.sphere.id instead of azuresphere_dps_enrollment_group.sphere.group_id"
	case isServiceID(text):
		return ". This is the ID of the service: use the id of the group, such as azuresphere_dps_enrollment_group.sphere.id"
	case ofCentral && !strings.HasPrefix(text, "/"):
		return ". This looks like a group of IoT Central: use iotcentral_azure_sphere_trust for it"
	default:
		return ""
	}
}

// insteadOfCertificate is a hint where a text looks like something else.
func insteadOfCertificate(text string) string {
	if isServiceID(text) {
		return ". This is the ID of the service: use the id of the certificate, such as azurerm_iothub_dps_certificate.sphere.id"
	}
	if certificateName.MatchString(text) {
		return ". This looks like the name of a certificate: use its id, such as azurerm_iothub_dps_certificate.sphere.id instead of azurerm_iothub_dps_certificate.sphere.name"
	}
	if strings.Contains(text, "/"+groupsSegment+"/") {
		return ". This is the ID of an enrollment group: use the id of the certificate, such as azurerm_iothub_dps_certificate.sphere.id"
	}

	return ""
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
	if !found || !certificateName.MatchString(name) {
		return CertificateID{}, fmt.Errorf("%q is not the resource ID of a certificate of a Device Provisioning Service; expected "+
			"<resource ID of the service>/certificates/<name>%s", text, insteadOfCertificate(text))
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

	return service, segments[last], isServiceID(service)
}

// SameService reports whether two resource IDs are those of one service.
func SameService(one, other string) bool { return strings.EqualFold(one, other) }
