// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package fwtypes_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/fwtypes"
)

// values returns the fields of Details by their names in Terraform.
func values(t *testing.T, details fwtypes.Details) map[string]attr.Value {
	t.Helper()
	found := map[string]attr.Value{}
	fields := reflect.ValueOf(details)
	for i := range fields.NumField() {
		value, ok := fields.Field(i).Interface().(attr.Value)
		if !ok {
			t.Fatalf("field %d is no attribute", i)
		}
		found[fields.Type().Field(i).Tag.Get("tfsdk")] = value
	}

	return found
}

func TestDetails_ofACertificate(t *testing.T) {
	t.Parallel()
	ca := certstest.Valid(t)
	details := fwtypes.NewDetails(ca.Certificate)
	for what, pair := range map[string][2]string{
		"subject":       {details.Subject.ValueString(), ca.X509().Subject.String()},
		"issuer":        {details.Issuer.ValueString(), ca.X509().Issuer.String()},
		"serial_number": {details.SerialNumber.ValueString(), ca.SerialNumber()},
		"not_before":    {details.NotBefore.ValueString(), "2025-10-07T12:00:00Z"},
		"not_after":     {details.NotAfter.ValueString(), "2027-10-07T12:00:00Z"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s is %q, want %q", what, pair[0], pair[1])
		}
	}
	for name, value := range values(t, details) {
		if value.IsNull() || value.IsUnknown() {
			t.Errorf("%s is %s", name, value)
		}
	}
}

func TestDetails_nullAndUnknown(t *testing.T) {
	t.Parallel()
	for name, value := range values(t, fwtypes.NewDetails(nil)) {
		if !value.IsNull() {
			t.Errorf("%s is %s, want null", name, value)
		}
	}
	for name, value := range values(t, fwtypes.NewDetailsUnknown()) {
		if !value.IsUnknown() {
			t.Errorf("%s is %s, want unknown", name, value)
		}
	}
}

func TestNewTime(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	if got := fwtypes.NewTime(time.Date(2026, 10, 7, 14, 0, 0, 0, east)); got.ValueString() != "2026-10-07T12:00:00Z" {
		t.Errorf("got %s", got)
	}
	if got := fwtypes.NewTime(time.Time{}); !got.IsNull() {
		t.Errorf("the zero time is %s", got)
	}
}

func TestDetailsAttributes_agreeWithTheModel(t *testing.T) {
	t.Parallel()
	resource, dataSource := fwtypes.DetailsResourceAttributes(), fwtypes.DetailsDataSourceAttributes()
	model := values(t, fwtypes.Details{})
	if len(resource) != len(model) || len(dataSource) != len(model) {
		t.Errorf("%d, %d and %d attributes", len(model), len(resource), len(dataSource))
	}
	for name, value := range model {
		for kind, attribute := range map[string]interface {
			GetType() attr.Type
			IsComputed() bool
			IsOptional() bool
			IsRequired() bool
			GetMarkdownDescription() string
		}{"resource": resource[name], "data source": dataSource[name]} {
			if attribute == nil {
				t.Errorf("%s lacks %s", kind, name)
				continue
			}
			if !attribute.GetType().Equal(value.Type(t.Context())) || !attribute.IsComputed() || attribute.IsOptional() ||
				attribute.IsRequired() || attribute.GetMarkdownDescription() == "" {
				t.Errorf("%s of a %s is %+v", name, kind, attribute)
			}
		}
	}
}
