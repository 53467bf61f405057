// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
)

// Details are the attributes that every Terraform type with a certificate shows
// of it. Models embed it.
type Details struct {
	Subject      types.String      `tfsdk:"subject"`
	Issuer       types.String      `tfsdk:"issuer"`
	SerialNumber types.String      `tfsdk:"serial_number"`
	NotBefore    timetypes.RFC3339 `tfsdk:"not_before"`
	NotAfter     timetypes.RFC3339 `tfsdk:"not_after"`
}

// NewDetails returns what a certificate says, or null for nil.
func NewDetails(certificate *certs.Certificate) Details {
	if certificate == nil {
		return Details{NotBefore: timetypes.NewRFC3339Null(), NotAfter: timetypes.NewRFC3339Null()}
	}

	return Details{
		Subject:      types.StringValue(certificate.Subject()),
		Issuer:       types.StringValue(certificate.Issuer()),
		SerialNumber: types.StringValue(certificate.SerialNumber()),
		NotBefore:    NewTime(certificate.NotBefore()),
		NotAfter:     NewTime(certificate.NotAfter()),
	}
}

// NewDetailsUnknown returns details that are known after the apply.
func NewDetailsUnknown() Details {
	return Details{
		Subject:      types.StringUnknown(),
		Issuer:       types.StringUnknown(),
		SerialNumber: types.StringUnknown(),
		NotBefore:    timetypes.NewRFC3339Unknown(),
		NotAfter:     timetypes.NewRFC3339Unknown(),
	}
}

// NewTime returns a time as RFC 3339 in UTC, or null for the zero time.
func NewTime(t time.Time) timetypes.RFC3339 {
	if t.IsZero() {
		return timetypes.NewRFC3339Null()
	}

	return timetypes.NewRFC3339TimeValue(t.UTC())
}

const (
	// knownInPlan ends the descriptions of a resource, whose plan parses the certificate.
	knownInPlan             = " Known in the plan."
	subjectDescription      = "Subject of the certificate, as an RFC 2253 string computed from the certificate itself."
	issuerDescription       = "Issuer of the certificate, as an RFC 2253 string computed from the certificate itself."
	serialNumberDescription = "Serial number in upper-case hexadecimal, with the leading `00` of its DER encoding where there is one."
	notBeforeDescription    = "Start of the validity, RFC 3339 in UTC."
	notAfterDescription     = "End of the validity, RFC 3339 in UTC. After it no device can enrol with this CA."
)

// DetailsResourceAttributes are the attributes of Details in a resource.
func DetailsResourceAttributes() map[string]resource.Attribute {
	return map[string]resource.Attribute{
		"subject":       resource.StringAttribute{Computed: true, MarkdownDescription: subjectDescription + knownInPlan},
		"issuer":        resource.StringAttribute{Computed: true, MarkdownDescription: issuerDescription + knownInPlan},
		"serial_number": resource.StringAttribute{Computed: true, MarkdownDescription: serialNumberDescription + knownInPlan},
		"not_before":    resource.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: notBeforeDescription + knownInPlan},
		"not_after":     resource.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: notAfterDescription + knownInPlan},
	}
}

// DetailsDataSourceAttributes are the attributes of Details in a data source.
func DetailsDataSourceAttributes() map[string]datasource.Attribute {
	return map[string]datasource.Attribute{
		"subject":       datasource.StringAttribute{Computed: true, MarkdownDescription: subjectDescription},
		"issuer":        datasource.StringAttribute{Computed: true, MarkdownDescription: issuerDescription},
		"serial_number": datasource.StringAttribute{Computed: true, MarkdownDescription: serialNumberDescription},
		"not_before":    datasource.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: notBeforeDescription},
		"not_after":     datasource.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: notAfterDescription},
	}
}
