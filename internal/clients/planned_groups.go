// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// GroupForPlan reads a group for the plan of something in it. All plans of a run
// share one read, also when there is no group: that is a 404.
func (c *Clients) GroupForPlan(ctx context.Context, id iotcentral.GroupID) (iotcentral.EnrollmentGroup, error) {
	group, err := c.IoTCentral().Shared().Group(ctx, id)

	return group, c.explainAbsence(ctx, id.Host, err)
}

// NewGroupForPlan reads a group for the plan of its creation.
func (c *Clients) NewGroupForPlan(ctx context.Context, id iotcentral.GroupID) (iotcentral.EnrollmentGroup, error) {
	group, err := c.IoTCentral().LookForGroup(ctx, id)

	return group, c.explainAbsence(ctx, id.Host, err)
}

// ApplicationNotFoundError says that there is no IoT Central application with a host.
type ApplicationNotFoundError struct{ Host string }

// Error implements error.
func (e *ApplicationNotFoundError) Error() string {
	return "there is no IoT Central application " + e.Host + ". Check application, or iot_central.application and IOTCENTRAL_APPLICATION: " +
		"the subdomain is the first part of the application's URL, and not its display name"
}

// explainAbsence tells an absent group from an absent application by the list of
// groups, once for each application of a run. Nothing is concluded from another
// failure of the list.
func (c *Clients) explainAbsence(ctx context.Context, host string, err error) error {
	if !transport.IsNotFound(err) {
		return err
	}
	if _, unlisted := c.IoTCentral().Shared().Listed(ctx, host); transport.IsNotFound(unlisted) {
		return &ApplicationNotFoundError{Host: host}
	}

	return err
}
