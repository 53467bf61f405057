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
	ErrNoDPS = errors.New("neither this block nor the provider names a Device Provisioning Service. Set dps_id here; " +
		"or, for all resources, dps = { id = … } in the provider block, or the environment variable AZURE_DPS_ID" + sameAddressTrap)
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

// dpsMemory is how long the list of a service's certificates serves further reads of a refresh.
const dpsMemory = 10 * time.Minute

// dpsReads are the lists of certificates that reads of a run share: one for each service.
type dpsReads struct {
	calls singleflight.Group

	mutex sync.Mutex
	lists map[string]dpsList
	// writes counts what ForgetDPSCertificates was called for: a list from before a write must not be kept.
	writes int
}

type dpsList struct {
	certificates []dps.Certificate
	at           time.Time
}

// DPSCertificates lists the certificates of a service for a read: all reads of a run share one list, until a write of this run
// changes it. What writes reads for itself.
func (c *Clients) DPSCertificates(ctx context.Context, service string) ([]dps.Certificate, error) {
	key := strings.ToLower(service)
	c.dpsReads.mutex.Lock()
	known, found := c.dpsReads.lists[key]
	writes := c.dpsReads.writes
	c.dpsReads.mutex.Unlock()
	if found && c.config.Now().Sub(known.at) < dpsMemory {
		return known.certificates, nil
	}
	listed, err, _ := c.dpsReads.calls.Do(key, func() (any, error) {
		certificates, err := c.dps.Certificates(ctx, service)
		if err == nil {
			c.dpsReads.mutex.Lock()
			defer c.dpsReads.mutex.Unlock()
			if c.dpsReads.writes != writes {
				return certificates, nil
			}
			if c.dpsReads.lists == nil {
				c.dpsReads.lists = map[string]dpsList{}
			}
			c.dpsReads.lists[key] = dpsList{certificates, c.config.Now()}
		}
		return certificates, err
	})
	certificates, _ := listed.([]dps.Certificate)

	return certificates, err
}

// ForgetDPSCertificates makes the next read list the certificates of a service: a write of this run may have changed them.
func (c *Clients) ForgetDPSCertificates(service string) {
	c.dpsReads.mutex.Lock()
	defer c.dpsReads.mutex.Unlock()
	delete(c.dpsReads.lists, strings.ToLower(service))
	c.dpsReads.writes++
}
