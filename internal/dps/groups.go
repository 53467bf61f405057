// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Values of the members of a group.
const (
	AttestationX509         = "x509"
	AttestationSymmetricKey = "symmetricKey"

	StatusEnabled  = "enabled"
	StatusDisabled = "disabled"

	AllocationHashed     = "hashed"
	AllocationGeoLatency = "geoLatency"
	AllocationStatic     = "static"
	AllocationCustom     = "custom"
)

// Entry is one of the two places for a CA in an X.509 group.
type Entry string

// The two entries of a group. Devices may register with either.
const (
	Primary   Entry = "primary"
	Secondary Entry = "secondary"
)

// Entries are all entries, in the order of the portal.
func Entries() []Entry { return []Entry{Primary, Secondary} }

// Group is an enrollment group.
type Group struct {
	ID string
	// ETag is what the next change has to send.
	ETag string
	// AttestationType is x509 or symmetricKey for the groups of this provider.
	AttestationType string
	// References are the names of the certificates of the service that the group trusts. An entry that is empty is missing.
	References map[Entry]string
	// Signing are certificates in the group itself, which a group has instead of References. Their bodies are not returned.
	Signing map[Entry]SigningCertificate
	// ProvisioningStatus is enabled or disabled.
	ProvisioningStatus string
	// AllocationPolicy says how devices are assigned to IoTHubs, which are host names; none means all that are linked.
	AllocationPolicy string
	IoTHubs          []string
	Reprovision      ReprovisionPolicy
	// CustomAllocation is set for the policy custom.
	CustomAllocation *CustomAllocation
	// InitialTwin is a JSON object, or nil.
	InitialTwin json.RawMessage

	// record is the group as it was read, with the members that this client does not know.
	record map[string]json.RawMessage
}

// SigningCertificate is what the service shows of a certificate in a group.
type SigningCertificate struct {
	Thumbprint certs.Thumbprint
	Subject    string
}

// ReprovisionPolicy says what becomes of a device that registers again.
type ReprovisionPolicy struct {
	UpdateHubAssignment bool `json:"updateHubAssignment"`
	MigrateDeviceData   bool `json:"migrateDeviceData"`
}

// CustomAllocation is the webhook that assigns devices to hubs.
type CustomAllocation struct {
	WebhookURL string `json:"webhookUrl"`
	APIVersion string `json:"apiVersion"`
}

type groupRecord struct {
	ID                 string                     `json:"enrollmentGroupId"`
	ETag               string                     `json:"etag"`
	Attestation        attestation                `json:"attestation"`
	ProvisioningStatus string                     `json:"provisioningStatus"`
	AllocationPolicy   string                     `json:"allocationPolicy"`
	IoTHubs            []string                   `json:"iotHubs"`
	IoTHubHostName     string                     `json:"iotHubHostName"`
	Reprovision        *ReprovisionPolicy         `json:"reprovisionPolicy"`
	CustomAllocation   *CustomAllocation          `json:"customAllocationDefinition"`
	InitialTwin        map[string]json.RawMessage `json:"initialTwin"`
}

type attestation struct {
	Type string `json:"type"`
	X509 struct {
		References map[Entry]string `json:"caReferences"`
		Signing    map[Entry]*struct {
			Info struct {
				SHA1Thumbprint string `json:"sha1Thumbprint"`
				SubjectName    string `json:"subjectName"`
			} `json:"info"`
		} `json:"signingCertificates"`
	} `json:"x509"`
}

// UnmarshalJSON implements json.Unmarshaler. What was left out has its default.
func (g *Group) UnmarshalJSON(data []byte) error {
	var record groupRecord
	if err := json.Unmarshal(data, &record); err != nil {
		return err
	}
	if err := json.Unmarshal(data, &g.record); err != nil {
		return err
	}
	g.ID, g.ETag, g.AttestationType = record.ID, record.ETag, record.Attestation.Type
	g.References, g.Signing = map[Entry]string{}, map[Entry]SigningCertificate{}
	for _, entry := range Entries() {
		if name := record.Attestation.X509.References[entry]; name != "" {
			g.References[entry] = name
		}
		signing := record.Attestation.X509.Signing[entry]
		if signing == nil {
			continue
		}
		shown := SigningCertificate{Subject: signing.Info.SubjectName}
		_ = shown.Thumbprint.UnmarshalText([]byte(signing.Info.SHA1Thumbprint)) // Without one it is still something foreign.
		g.Signing[entry] = shown
	}
	g.ProvisioningStatus = orDefault(record.ProvisioningStatus, StatusEnabled)
	g.AllocationPolicy = orDefault(record.AllocationPolicy, AllocationHashed)
	g.IoTHubs = record.IoTHubs
	if len(g.IoTHubs) == 0 && record.IoTHubHostName != "" {
		g.IoTHubs = []string{record.IoTHubHostName} // The older, single form.
	}
	g.Reprovision = ReprovisionPolicy{UpdateHubAssignment: true, MigrateDeviceData: true}
	if record.Reprovision != nil {
		g.Reprovision = *record.Reprovision
	}
	g.CustomAllocation = record.CustomAllocation
	if len(record.InitialTwin) > 0 {
		g.InitialTwin = g.record["initialTwin"]
	}

	return nil
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}

	return value
}

// Change is a set of members of a group to write, by their names in the service. A nil value removes a member.
type Change map[string]any

// ErrNoGroup is about a success that says nothing of a group.
var ErrNoGroup = errors.New("the answer lacks the attestation of the group or its etag")

// sendForGroup makes a call that a group answers. A success that says nothing of one, as a proxy on the way may give, is an
// error.
func (c *Client) sendForGroup(ctx context.Context, id GroupID, call transport.Call) (Group, error) {
	var group Group
	err := c.sendData(ctx, id.Service, call, &group, groupsSegment, id.Group)
	if err == nil && (group.AttestationType == "" || group.ETag == "") {
		err = unreadable(DataService, call.Operation, ErrNoGroup)
	}
	group.ID = id.Group

	return group, err
}

// Group reads a group.
func (c *Client) Group(ctx context.Context, id GroupID) (Group, error) {
	return c.sendForGroup(ctx, id, transport.Call{Operation: "read the enrollment group", Method: http.MethodGet})
}

// CreateGroup creates a group. Where one exists, the service answers 409.
func (c *Client) CreateGroup(ctx context.Context, id GroupID, members Change) (Group, error) {
	body := maps.Clone(members)
	body["enrollmentGroupId"] = id.Group

	return c.sendForGroup(ctx, id, transport.Call{Operation: "create the enrollment group", Method: http.MethodPut, Body: body})
}

// maxLooks bounds how often a group is looked at again because somebody else has changed it meanwhile.
const maxLooks = 4

// UpdateGroup reads a group and writes it back with what change returns for it; all other members stay, known or not. Nothing
// is written when there is no change. When somebody else has changed the group meanwhile (412), or an answer was lost, it starts
// over with a fresh look.
func (c *Client) UpdateGroup(ctx context.Context, id GroupID, change func(Group) (Change, error)) (Group, error) {
	for n := 1; ; n++ {
		group, err := c.Group(ctx, id)
		if err != nil {
			return Group{}, err
		}
		members, err := change(group)
		if err != nil || len(members) == 0 {
			return group, err
		}
		written, err := c.sendForGroup(ctx, id, transport.Call{
			Operation: "update the enrollment group", Method: http.MethodPut, Header: ifMatch(group.ETag), Body: group.with(members),
		})
		again := transport.EffectUnknown(err) || transport.StatusCode(err) == http.StatusPreconditionFailed
		if !again || n == maxLooks || ctx.Err() != nil {
			return written, err
		}
	}
}

// with returns the record of the group with other members, and without those that the service alone sets.
func (g Group) with(members Change) map[string]any {
	body := map[string]any{}
	for name, value := range g.record {
		body[name] = value
	}
	for name, value := range members {
		body[name] = value
		if value == nil {
			delete(body, name)
		}
	}
	for _, name := range []string{"etag", "createdDateTimeUtc", "lastUpdatedDateTimeUtc"} {
		delete(body, name)
	}

	return body
}

// Referring is the attestation of a group that trusts the certificates of these names.
func Referring(references map[Entry]string) map[string]any {
	return map[string]any{"type": AttestationX509, "x509": map[string]any{"caReferences": references}}
}

// DeleteGroup deletes a group, whatever it is like. One that is not there is no error.
func (c *Client) DeleteGroup(ctx context.Context, id GroupID) error {
	read := func() error {
		_, err := c.Group(ctx, id)
		return err
	}
	for n := 1; ; n++ {
		group, err := c.Group(ctx, id)
		if transport.IsNotFound(err) {
			return transport.ConfirmGone(err, read)
		}
		if err != nil {
			return err
		}
		err = transport.Delete(ctx, c.config.Data, transport.Call{
			Operation: "delete the enrollment group",
			Method:    http.MethodDelete,
			URL:       c.dataAddress(id.Service, groupsSegment, id.Group),
			Header:    ifMatch(group.ETag),
		}, read)
		if transport.StatusCode(err) != http.StatusPreconditionFailed || n == maxLooks {
			return err
		}
	}
}

// Groups lists the groups of a service.
func (c *Client) Groups(ctx context.Context, service string) ([]Group, error) {
	const operation = "list the enrollment groups"
	var groups []Group
	seen := map[string]bool{}
	for continuation := ""; ; {
		call := transport.Call{Operation: operation, Method: http.MethodPost, Body: map[string]string{"query": "SELECT *"}, Header: http.Header{}}
		if continuation != "" {
			call.Header.Set("x-ms-continuation", continuation)
		}
		next := ""
		call.Received = func(header http.Header) { next = header.Get("x-ms-continuation") }
		var page []Group // null is no list: nothing would seem to refer to a certificate.
		if err := c.sendData(ctx, service, call, &page, groupsSegment, "query"); err != nil {
			return nil, err
		}
		if page == nil {
			return nil, c.config.Data.NoList(call)
		}
		for _, group := range page {
			if group.ID == "" {
				return nil, unreadable(DataService, operation, errors.New("one of them has no ID"))
			}
		}
		groups = append(groups, page...)
		if next == "" {
			return groups, nil
		}
		if seen[next] {
			return nil, fmt.Errorf("%s: could not %s: the pages of the list lead in a circle", DataService.Name, operation)
		}
		seen[next], continuation = true, next
	}
}

// SymmetricKeys are the two keys of a group, in clear: treat them as secrets.
type SymmetricKeys struct {
	Primary   string `json:"primaryKey"`
	Secondary string `json:"secondaryKey"`
}

// Keys returns the keys of a symmetricKey group.
func (c *Client) Keys(ctx context.Context, id GroupID) (SymmetricKeys, error) {
	var answer struct {
		SymmetricKey SymmetricKeys `json:"symmetricKey"`
	}
	const operation = "read the keys of the enrollment group"
	err := c.sendData(ctx, id.Service, transport.Call{Operation: operation, Method: http.MethodPost}, &answer, groupsSegment, id.Group, "attestationmechanism")
	if err == nil && answer.SymmetricKey.Primary == "" {
		err = unreadable(DataService, operation, errors.New("there are no keys in it"))
	}

	return answer.SymmetricKey, err
}

// placeholderName is the common name of a certificate that stands for none.
const placeholderName = "No CA is trusted"

// Untrusting is the attestation of an X.509 group that trusts no CA. Whether a group may be without any certificate is not known,
// but one that is self-signed and verified nowhere is taken (recording of the Python SDK), and lets no device register. Nobody has
// the private key of this one.
func Untrusting(now time.Time) (map[string]any, error) {
	placeholder, err := certs.NewPlaceholder(placeholderName, now)
	if err != nil {
		return nil, err
	}

	return map[string]any{"type": AttestationX509, "x509": map[string]any{
		"signingCertificates": map[Entry]any{Primary: map[string]string{"certificate": placeholder.PEM()}},
	}}, nil
}

// TrustsNone reports whether an X.509 group trusts no CA: it has no certificate, or the one of Untrusting.
func (g Group) TrustsNone() bool {
	signing, found := g.Signing[Primary]
	placeholder := found && len(g.Signing) == 1 && strings.TrimPrefix(signing.Subject, "CN=") == placeholderName

	return len(g.References) == 0 && (len(g.Signing) == 0 || placeholder)
}
