// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

// Claim is what a resource manages in an application of IoT Central. Two resources
// with claims in conflict would undo each other's work.
type Claim struct {
	// Type is the Terraform type of the resource.
	Type string
	// Instance tells resources of one type apart. It is empty for a resource that
	// has no state yet.
	Instance string
	// Group is the group that the resource manages, or manages something in.
	Group iotcentral.GroupID
	// Entry is the entry that the resource manages. It is empty for all entries, and
	// for the group itself.
	Entry iotcentral.Entry
	// Tenant, unless empty, is whose CAs the resource manages in all entries.
	Tenant sphere.Scope
}

// String names what is claimed, and by which type.
func (c Claim) String() string {
	switch {
	case c.Entry != "":
		return fmt.Sprintf("%s (the %s entry)", c.Type, c.Entry)
	case c.Tenant != (sphere.Scope{}):
		return fmt.Sprintf("%s (for %s)", c.Type, c.Tenant)
	default:
		return c.Type
	}
}

// conflicts reports whether two resources manage the same thing. Resources that
// keep trust in different tenants can share a group: each takes what the other
// leaves.
func (c Claim) conflicts(other Claim) bool {
	if c.Group != other.Group || c.managesGroup() != other.managesGroup() {
		return false
	}
	if c.Tenant != (sphere.Scope{}) && other.Tenant != (sphere.Scope{}) {
		return c.Tenant.Same(other.Tenant)
	}

	return c.Entry == other.Entry || c.Entry == "" || other.Entry == ""
}

// managesGroup reports whether the claim is for a group itself, and not for what is
// in it.
func (c Claim) managesGroup() bool { return c.Entry == "" && c.Tenant == (sphere.Scope{}) }

// same reports whether two claims may be those of one resource. Terraform plans a
// replacement twice, the second time without a state.
func (c Claim) same(other Claim) bool { return c.Type == other.Type && c.Instance == other.Instance }

// ClaimedError says that another resource of this run manages the same thing.
type ClaimedError struct {
	Claim, Holder Claim
}

// Error implements error. It names both.
func (e *ClaimedError) Error() string {
	return fmt.Sprintf("%s and another resource of this configuration, %s, both manage %s, and would undo the changes of each other. Remove one of them",
		e.Claim, e.Holder, e.Claim.Group)
}

// Claims is a register of what the resources of a provider instance manage. Terraform
// starts an instance for each plan and each apply, so it knows the resources of one
// run. The zero value is ready to use.
type Claims struct {
	mutex   sync.Mutex
	planned []Claim
	held    []Claim
	turns   map[iotcentral.GroupID]chan struct{}
}

// Plan adds a claim of a resource that is being planned, and returns those planned
// before that are in conflict with it.
func (c *Claims) Plan(claim Claim) []Claim {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	// Whether two plans without an instance are those of one resource cannot be
	// known when the first one had a state.
	c.planned = slices.DeleteFunc(c.planned, func(other Claim) bool { return claim.Instance != "" && claim.same(other) })
	conflicts := claim.against(c.planned)
	c.planned = append(c.planned, claim)

	return conflicts
}

// Sharers returns the planned claims of other resources that share a group without
// being in conflict: what one takes the other cannot have.
func (c *Claims) Sharers(claim Claim) []Claim {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var sharers []Claim
	for _, other := range c.planned {
		if other.Type == claim.Type && other.Group == claim.Group && !claim.managesGroup() && !claim.conflicts(other) {
			sharers = append(sharers, other)
		}
	}

	return sharers
}

func (c Claim) against(others []Claim) []Claim {
	var conflicts []Claim
	for _, other := range others {
		if c.conflicts(other) && (c.Instance == "" || !c.same(other)) {
			conflicts = append(conflicts, other)
		}
	}

	return conflicts
}

// Take adds a claim of a resource that is about to write. It returns a
// *ClaimedError when another resource has written already.
func (c *Claims) Take(claim Claim) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if conflicts := claim.against(c.held); len(conflicts) > 0 {
		return &ClaimedError{Claim: claim, Holder: conflicts[0]}
	}
	c.held = append(slices.DeleteFunc(c.held, claim.same), claim)

	return nil
}

// Release drops the claims of a resource that is gone, or was not created after all.
func (c *Claims) Release(claim Claim) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.held = slices.DeleteFunc(c.held, func(other Claim) bool { return claim.same(other) && claim.Group == other.Group })
}

// Holders returns the claims of other resources that have written in this run, and
// that are in conflict with a claim: what they manage must not be removed.
func (c *Claims) Holders(claim Claim) []Claim {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return claim.against(c.held)
}

// Turn waits until no other resource of the run works on the entries of a group, and
// returns what ends the turn.
func (c *Claims) Turn(ctx context.Context, group iotcentral.GroupID) (end func(), err error) {
	c.mutex.Lock()
	if c.turns == nil {
		c.turns = map[iotcentral.GroupID]chan struct{}{}
	}
	turn, found := c.turns[group]
	if !found {
		turn = make(chan struct{}, 1)
		c.turns[group] = turn
	}
	c.mutex.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Names joins claims for a message.
func Names(claims []Claim) string {
	names := make([]string, len(claims))
	for i, claim := range claims {
		names[i] = claim.String()
	}

	return strings.Join(names, ", ")
}
