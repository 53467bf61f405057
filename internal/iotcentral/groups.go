// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"errors"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Values of EnrollmentGroup.Type and of Attestation.Type.
const (
	TypeIoT     = "iot"
	TypeIoTEdge = "iotEdge"

	AttestationX509         = "x509"
	AttestationSymmetricKey = "symmetricKey"
)

// EnrollmentGroup is a group of devices that enrol in the same way.
type EnrollmentGroup struct {
	// ID is the ID within the application. The service sets it from the path.
	ID string `json:"id,omitempty"`
	// DisplayName need not be unique.
	DisplayName string `json:"displayName"`
	// Enabled says whether devices of the group may connect. The service takes
	// true when it is missing.
	Enabled *bool `json:"enabled,omitempty"`
	// Type is iot or iotEdge.
	Type string `json:"type"`
	// Attestation is how devices prove who they are.
	Attestation Attestation `json:"attestation"`
	// IDScope is what devices send to the provisioning service together with
	// their ID. Only APIVersionPreview returns it.
	IDScope string `json:"idScope,omitempty"`
}

// SymmetricKey are the two keys of a group, in clear: treat them as secrets.
type SymmetricKey struct {
	PrimaryKey   string `json:"primaryKey"`
	SecondaryKey string `json:"secondaryKey"`
}

// EnrollmentGroupPatch is what can change in place. Fields that are nil stay as
// they are.
type EnrollmentGroupPatch struct {
	DisplayName *string `json:"displayName,omitempty"`
	Enabled     *bool   `json:"enabled,omitempty"`
}

// Groups lists the enrollment groups of an application.
func (c *Client) Groups(ctx context.Context, host string) ([]EnrollmentGroup, error) {
	return transport.List[EnrollmentGroup](ctx, c.transport, transport.Call{
		Operation: "list the enrollment groups",
		Method:    http.MethodGet,
		URL:       c.address(host, groupsSegment),
	})
}

// Group reads a group. Its certificates are read one by one: what the service
// returns of them here is not documented.
func (c *Client) Group(ctx context.Context, id GroupID) (EnrollmentGroup, error) {
	writes := c.memory.written()
	group, err := c.sendForGroup(ctx, transport.Call{
		Operation: "read the enrollment group",
		Method:    http.MethodGet,
		URL:       c.address(id.Host, groupsSegment, id.Group),
	})
	if err == nil || transport.IsNotFound(err) {
		c.memory.groups.keep(id, answer[EnrollmentGroup]{value: group, err: err, at: c.memory.now(), writes: writes})
	}

	return group, err
}

// PutGroup creates a group, and may replace an existing one: look first.
func (c *Client) PutGroup(ctx context.Context, id GroupID, group EnrollmentGroup) (EnrollmentGroup, error) {
	created, err := c.sendForGroup(ctx, transport.Call{
		Operation: "create the enrollment group",
		Method:    http.MethodPut,
		URL:       c.address(id.Host, groupsSegment, id.Group),
		Body:      group,
	})
	if writes := c.memory.touchGroup(id); err == nil {
		c.memory.created(id, created, writes)
	}

	return created, err
}

// created keeps a group that was just created. Its entries are empty, unless the
// answer shows something in them: then the PUT met a group of somebody else.
func (m *memory) created(id GroupID, group EnrollmentGroup, writes uint64) {
	now := m.now()
	m.groups.keep(id, answer[EnrollmentGroup]{value: group, at: now, writes: writes, own: true})
	if len(group.Attestation.Certificates) > 0 || group.Attestation.Partial {
		return
	}
	for _, entry := range Entries() {
		m.entries.keep(id.Certificate(entry), answer[SigningCertificate]{at: now, writes: writes, own: true})
	}
}

// ErrNoGroup is about a success that says nothing about a group.
var ErrNoGroup = errors.New("it does not contain the type of the group and its attestation")

// sendForGroup makes a call that a group answers. A success that says nothing about
// one, as a proxy on the way may give, is an error: taken for a group without a
// type, it would lead to the replacement of the real one.
func (c *Client) sendForGroup(ctx context.Context, call transport.Call) (EnrollmentGroup, error) {
	var group EnrollmentGroup
	err := c.transport.Send(ctx, call, &group)
	if err == nil {
		if problem := group.check(); problem != nil {
			err = unreadable(call.Operation, problem)
		}
	}

	return group, err
}

// check makes sure that an answer says what a group is.
func (g EnrollmentGroup) check() error {
	if g.Type == "" || g.Attestation.Type == "" {
		return ErrNoGroup
	}

	return nil
}

func unreadable(operation string, cause error) error {
	return &transport.UnreadableError{Service: "IoT Central", Operation: operation, Cause: cause}
}

// UpdateGroup changes a group in place. It is read again when the answer does not
// show the group as it is now; it is an error when it is not as it should be.
func (c *Client) UpdateGroup(ctx context.Context, id GroupID, patch EnrollmentGroupPatch) error {
	const operation = "update the enrollment group"
	defer c.memory.touchGroup(id)
	var updated EnrollmentGroup
	err := c.transport.Send(ctx, transport.Call{
		Operation:   operation,
		Method:      http.MethodPatch,
		URL:         c.address(id.Host, groupsSegment, id.Group),
		Body:        patch,
		ContentType: transport.ContentTypeMergePatch,
	}, &updated)
	if err == nil && updated.Type == "" {
		updated, err = c.Group(ctx, id)
	}
	if err == nil && !patch.isIn(updated) {
		err = unreadable(operation, errors.New("the group is still as it was"))
	}

	return err
}

// isIn reports whether the group has what the patch changes. Without enabled, a
// group is enabled.
func (p EnrollmentGroupPatch) isIn(group EnrollmentGroup) bool {
	enabled := group.Enabled == nil || *group.Enabled

	return (p.DisplayName == nil || *p.DisplayName == group.DisplayName) && (p.Enabled == nil || *p.Enabled == enabled)
}

// DeleteGroup deletes a group and its certificates. A group that is not there is
// no error.
func (c *Client) DeleteGroup(ctx context.Context, id GroupID) error {
	defer c.memory.touchGroup(id)

	return transport.Delete(ctx, c.transport, transport.Call{
		Operation: "delete the enrollment group",
		Method:    http.MethodDelete,
		URL:       c.address(id.Host, groupsSegment, id.Group),
	}, func() error {
		_, err := c.Group(ctx, id)
		return err
	})
}
