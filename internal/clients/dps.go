// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/singleflight"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/dps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
)

// ErrNoDPS says that neither the resource nor the provider names a Device Provisioning Service, and ErrDPSLater that the one of
// the provider block is needed before it is known.
var (
	ErrNoDPS    = errors.New("neither this block nor its provider block names a Device Provisioning Service")
	ErrDPSLater = errors.New("this block names no Device Provisioning Service, and that of the provider block is known only after the apply. " +
		"Name the service in this block as well, so that Terraform waits until it is known; " +
		"or apply the resource that it comes from first, with -target")
)

// DPS returns the client of all Device Provisioning Services.
func (c *Clients) DPS() *dps.Client { return c.dps }

// DPSLater reports whether Terraform does not know yet where the data planes are, so that nothing can be read.
func (c *Clients) DPSLater() bool { return c.config.DPSLater }

// DPSService returns the resource ID of the service that a block means, as it is written there or in the provider block. known is
// false while Terraform does not know yet.
func (c *Clients) DPSService(configured types.String) (service string, known bool, err error) {
	if configured.IsNull() {
		configured = c.config.Defaults.DPS
	}
	switch {
	case configured.IsUnknown():
		return "", false, nil
	case configured.ValueString() == "":
		return "", true, ErrNoDPS
	default:
		return configured.ValueString(), true, nil
	}
}

// RequireDPSService is DPSService for what cannot go on without one.
func (c *Clients) RequireDPSService(configured types.String) (string, error) {
	service, known, err := c.DPSService(configured)
	if err == nil && !known {
		err = ErrDPSLater
	}

	return service, err
}

// DPSGroup is the ID under which the registers of a run know a group of a Device Provisioning Service. It is written as the ID
// of the group. Azure compares resource IDs without case, so it is in lower case but for the group.
func DPSGroup(id dps.GroupID) iotcentral.GroupID {
	return iotcentral.GroupID{Host: strings.ToLower(id.Service), Group: id.Group}
}

// DPSTurn waits until no other resource of the run works on the certificates of a service, and returns what ends the turn.
// Certificates belong to the service: two trusts with one catalog share them.
func (c *Clients) DPSTurn(ctx context.Context, service string) (end func(), err error) {
	return c.claims.Turn(ctx, iotcentral.GroupID{Host: strings.ToLower(service)})
}

// dpsMemory is how long what a refresh has read of a service serves its further reads.
const dpsMemory = 10 * time.Minute

// dpsReads are what reads of a run share: the certificates of each service, and each group. What writes reads for itself.
type dpsReads struct {
	calls singleflight.Group

	mutex sync.Mutex
	found map[string]dpsRead
	// writes counts what ForgetDPS was called for: what was read before a write must not be kept.
	writes int
}

type dpsRead struct {
	value any
	at    time.Time
}

// shareDPSRead returns what was read under the key, or reads it.
func shareDPSRead[T any](c *Clients, key string, read func() (T, error)) (T, error) {
	reads := &c.dpsReads
	reads.mutex.Lock()
	known, found := reads.found[key]
	writes := reads.writes
	reads.mutex.Unlock()
	if value, ok := known.value.(T); ok && found && c.config.Now().Sub(known.at) < dpsMemory {
		return value, nil
	}
	result, err, _ := reads.calls.Do(key, func() (any, error) {
		value, err := read()
		reads.mutex.Lock()
		defer reads.mutex.Unlock()
		if err != nil || reads.writes != writes {
			return value, err
		}
		if reads.found == nil {
			reads.found = map[string]dpsRead{}
		}
		reads.found[key] = dpsRead{value, c.config.Now()}
		return value, nil
	})
	value, _ := result.(T)

	return value, err
}

// DPSCertificates lists the certificates of a service for a read: all reads of a run share one list, until a write of this run.
func (c *Clients) DPSCertificates(ctx context.Context, service string) ([]dps.Certificate, error) {
	return shareDPSRead(c, strings.ToLower(service), func() ([]dps.Certificate, error) { return c.dps.Certificates(ctx, service) })
}

// DPSGroupForRead reads a group for a refresh or a data source, which is billed: the group and the trust in it share one read,
// until a write of this run. That there is no group is not remembered.
func (c *Clients) DPSGroupForRead(ctx context.Context, id dps.GroupID) (dps.Group, error) {
	return shareDPSRead(c, DPSGroup(id).String(), func() (dps.Group, error) { return c.dps.Group(ctx, id) })
}

// ForgetDPS makes the next reads ask the services: a write of this run may have changed what they hold.
func (c *Clients) ForgetDPS() {
	c.dpsReads.mutex.Lock()
	defer c.dpsReads.mutex.Unlock()
	c.dpsReads.found = nil
	c.dpsReads.writes++
}
