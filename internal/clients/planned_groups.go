// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// planMemory is how long what a plan has read of a group serves the plans of other
// resources: a group and what is in it are planned one after the other.
const planMemory = time.Minute

// createMemory is how long it serves the create that follows: Terraform plans a
// resource once more just before it creates it.
const createMemory = 5 * time.Second

// plannedGroups caches the groups that plans have looked up.
type plannedGroups struct {
	calls singleflight.Group

	mutex sync.Mutex
	found map[iotcentral.GroupID]plannedGroup
	// hosts are those of applications that are known to exist.
	hosts map[string]bool
}

type plannedGroup struct {
	group iotcentral.EnrollmentGroup
	err   error
	at    time.Time
}

// GroupForPlan reads a group for the plan of a new resource. All plans of a run
// share one read of each group, also when there is none: that is a 404.
func (c *Clients) GroupForPlan(ctx context.Context, id iotcentral.GroupID) (iotcentral.EnrollmentGroup, error) {
	return c.lookUpGroup(ctx, id, planMemory)
}

// GroupForCreate reads a group that is about to be created, unless the plan
// right before has done so.
func (c *Clients) GroupForCreate(ctx context.Context, id iotcentral.GroupID) (iotcentral.EnrollmentGroup, error) {
	return c.lookUpGroup(ctx, id, createMemory)
}

func (c *Clients) lookUpGroup(ctx context.Context, id iotcentral.GroupID, plannedLifetime time.Duration) (iotcentral.EnrollmentGroup, error) {
	if cached, found := c.planned.lookUp(id, c.config.Now(), plannedLifetime); found {
		return cached.group, cached.err
	}
	result, err, _ := c.planned.calls.Do(id.String(), func() (any, error) {
		group, err := c.IoTCentral().Group(ctx, id)
		if transport.IsNotFound(err) {
			if absent := c.checkApplication(ctx, id.Host); absent != nil {
				return group, absent
			}
		}
		if err == nil || transport.IsNotFound(err) {
			c.planned.keep(id, plannedGroup{group: group, err: err, at: c.config.Now()})
		}
		return group, err
	})
	group, _ := result.(iotcentral.EnrollmentGroup)

	return group, err
}

// ApplicationNotFoundError says that there is no IoT Central application with a host.
type ApplicationNotFoundError struct{ Host string }

// Error implements error.
func (e *ApplicationNotFoundError) Error() string {
	return "there is no IoT Central application " + e.Host + ". Check application, or iot_central.application and IOTCENTRAL_APPLICATION: " +
		"the subdomain is the first part of the application's URL, and not its display name"
}

// checkApplication distinguishes an absent group from an absent application, once for each
// application of a run. Nothing is concluded from another failure.
func (c *Clients) checkApplication(ctx context.Context, host string) error {
	_, err, _ := c.planned.calls.Do(host, func() (any, error) {
		if c.planned.knows(host) {
			return nil, nil
		}
		err := c.IoTCentral().CheckApplication(ctx, host)
		if transport.IsNotFound(err) {
			return nil, &ApplicationNotFoundError{Host: host}
		}
		c.planned.know(host)
		return nil, nil
	})

	return err
}

func (p *plannedGroups) knows(host string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.hosts[host]
}

func (p *plannedGroups) know(host string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.hosts == nil {
		p.hosts = map[string]bool{}
	}
	p.hosts[host] = true
}

func (p *plannedGroups) lookUp(id iotcentral.GroupID, now time.Time, plannedLifetime time.Duration) (plannedGroup, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	cached, found := p.found[id]

	return cached, found && now.Sub(cached.at) < plannedLifetime
}

func (p *plannedGroups) keep(id iotcentral.GroupID, read plannedGroup) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.found == nil {
		p.found = map[iotcentral.GroupID]plannedGroup{}
	}
	p.found[id] = read
}

// invalidate makes the next plan read the group: a write of this run has changed it.
func (p *plannedGroups) invalidate(id iotcentral.GroupID) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.found, id)
}

// InvalidateGroup makes the next plan read the group again, since it was changed.
func (c *Clients) InvalidateGroup(id iotcentral.GroupID) { c.planned.invalidate(id) }

// KeepGroup lets the plans of what is in a group that was just created know it.
func (c *Clients) KeepGroup(id iotcentral.GroupID, group iotcentral.EnrollmentGroup) {
	c.planned.keep(id, plannedGroup{group: group, at: c.config.Now()})
}
