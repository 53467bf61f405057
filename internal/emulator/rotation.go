// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Stage is a step in the life of a catalog's CA.
type Stage string

// The steps, in the order in which the service takes them.
const (
	StageIssue    Stage = "issue"    // a successor is made, Inactive beside the Active one
	StageActivate Stage = "activate" // the successor becomes Active, its predecessor Inactive
	StageExpire   Stage = "expire"   // the predecessor, or the Active one when there is none, becomes Expired
	StageRevoke   Stage = "revoke"   // likewise, Revoked
)

// A successor is made about 90 days before the active CA expires, and becomes active about 45 days later.
const (
	successorLead  = 90 * 24 * time.Hour
	activationWait = 45 * 24 * time.Hour
)

// Rotate takes the CA of a catalog one step further. The catalog is named by its ARM resource ID or by its tenant ID;
// an empty name is the default catalog. It reports an error when there is no such catalog or stage, when a successor is
// to be made though there is one, and when none is there to activate.
//
// Stages other than [StageIssue] change the status alone: a certificate's dates cannot change once it is signed. Use
// [Options.CAAge] for dates near their end.
func (e *Emulator) Rotate(catalogID string, stage Stage) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	e.settle(now)
	cat := e.catalogByID(catalogID)
	if cat == nil {
		return fmt.Errorf("there is no catalog %q", catalogID)
	}
	switch stage {
	case StageIssue:
		if cat.successor(now) != nil {
			return errors.New("the catalog has a successor CA already: activate it first")
		}
		return e.issueCA(cat, now.Add(-catalogBackoff))
	case StageActivate:
		successor := cat.successor(now)
		if successor == nil {
			return errors.New("the catalog has no successor CA: issue one first")
		}
		cat.activate(successor)
		return nil
	case StageExpire, StageRevoke:
		cert := cat.outgoing(now)
		if cert == nil {
			return errors.New("the catalog has no CA that could end")
		}
		cert.status = statusExpired
		if stage == StageRevoke {
			cert.status = statusRevoked
		}
		return nil
	default:
		return fmt.Errorf("there is no stage %q, only issue, activate, expire and revoke", stage)
	}
}

// catalogByID returns the catalog with that resource ID or tenant ID, the default one for an empty ID, or nil.
func (e *Emulator) catalogByID(id string) *catalog {
	if id == "" {
		id = e.info.CatalogID
	}
	for _, cat := range e.catalogs {
		if strings.EqualFold(cat.id, strings.TrimRight(id, "/")) || strings.EqualFold(cat.tenantID, id) {
			return cat
		}
	}
	return nil
}

// issueCA gives the catalog one more CA, Inactive and valid from about the given time: always later than the CAs before
// it, so that their dates tell which one comes next.
func (e *Emulator) issueCA(cat *catalog, notBefore time.Time) error {
	notBefore = notBefore.Truncate(time.Second) // as certificates do, or two of them could start at once
	for _, earlier := range cat.certificates {
		if !notBefore.After(earlier.certificate.NotBefore) {
			notBefore = earlier.certificate.NotBefore.Add(time.Minute)
		}
	}
	ca, err := e.pki.newCatalogCA(cat.tenantID, notBefore)
	if err != nil {
		return fmt.Errorf("issuing the CA of catalog %s: %w", cat.name, err)
	}
	cat.certificates = append(cat.certificates, &certificate{issuer: ca, status: statusInactive})
	return nil
}

// active returns the CA that signs device certificates, or nil.
func (cat *catalog) active(now time.Time) *certificate {
	for _, cert := range cat.certificates {
		if cert.statusAt(now) == statusActive {
			return cert
		}
	}
	return nil
}

// successor returns the CA that is made but not active yet, or nil: an Inactive one that starts later than the Active
// one, or any Inactive one when none is Active.
func (cat *catalog) successor(now time.Time) *certificate {
	active := cat.active(now)
	for _, cert := range cat.certificates {
		if cert.statusAt(now) == statusInactive &&
			(active == nil || cert.certificate.NotBefore.After(active.certificate.NotBefore)) {
			return cert
		}
	}
	return nil
}

// outgoing returns the CA that ends next: the oldest one that was replaced, or the Active one when none was.
func (cat *catalog) outgoing(now time.Time) *certificate {
	active := cat.active(now)
	for _, cert := range cat.certificates {
		if cert.statusAt(now) == statusInactive && cert != cat.successor(now) {
			return cert
		}
	}
	return active
}

func (cat *catalog) activate(successor *certificate) {
	for _, cert := range cat.certificates {
		if cert.status == statusActive {
			cert.status = statusInactive
		}
	}
	successor.status = statusActive
}

// settle makes everything happen that is due by now: operations that end, and the renewal of CAs where that is
// automatic.
func (e *Emulator) settle(now time.Time) {
	e.settleOperations(now)
	if !e.opts.Behavior.AutomaticRotation {
		return
	}
	for _, cat := range e.catalogs {
		for e.renew(cat, now) {
		}
	}
}

// renew takes the newest CA of a catalog one step further when that is due, and reports whether it was.
func (e *Emulator) renew(cat *catalog, now time.Time) bool {
	newest := cat.certificates[len(cat.certificates)-1]
	switch newest.status {
	case statusInactive:
		issued := newest.certificate.NotBefore.Add(catalogBackoff)
		if now.Before(issued.Add(activationWait)) {
			return false
		}
		cat.activate(newest)
		return true
	case statusActive:
		due := newest.certificate.NotAfter.Add(-successorLead)
		if now.Before(due) {
			return false
		}
		return e.issueCA(cat, due.Add(-catalogBackoff)) == nil
	default:
		return false
	}
}
