// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"errors"
	"fmt"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
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
// an empty name is the catalog that was made first. It reports an error when there is no such catalog or stage, when a successor is
// to be made though there is one, and when none is there to activate.
//
// Stages other than [StageIssue] change the status alone: a certificate's dates cannot change once it is signed.
func (s *Store) Rotate(catalogID string, stage Stage, now time.Time) error {
	s.Lock()
	defer s.Unlock()
	s.Settle(now)
	cat := s.byID(catalogID)
	if cat == nil {
		return fmt.Errorf("there is no catalog %q", catalogID)
	}
	switch stage {
	case StageIssue:
		if cat.successor(now) != nil {
			return errors.New("the catalog has a successor CA already: activate it first")
		}
		return s.issueCA(cat, now.Add(-pki.CatalogBackoff))
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
		cert.status = StatusExpired
		if stage == StageRevoke {
			cert.status = StatusRevoked
		}
		return nil
	default:
		return fmt.Errorf("there is no stage %q, only issue, activate, expire and revoke", stage)
	}
}

// issueCA gives the catalog one more CA, Inactive and valid from about the given time: always later than the CAs before
// it, so that their dates tell which one comes next.
func (s *Store) issueCA(cat *Catalog, notBefore time.Time) error {
	notBefore = notBefore.Truncate(time.Second) // as certificates do, or two of them could start at once
	for _, earlier := range cat.certificates {
		if !notBefore.After(earlier.issuer.Certificate.NotBefore) {
			notBefore = earlier.issuer.Certificate.NotBefore.Add(time.Minute)
		}
	}
	ca, err := s.pki.NewCatalogCA(cat.TenantID, notBefore, s.form(len(cat.certificates)))
	if err != nil {
		return fmt.Errorf("issuing the CA of catalog %s: %w", cat.Name, err)
	}
	cat.certificates = append(cat.certificates, &Certificate{issuer: ca, status: StatusInactive})
	return nil
}

// form is the form of a catalog's CA of that number, from 0.
func (s *Store) form(number int) pki.Form {
	made := pki.Form{P256: s.behavior.CAKeyP256}
	switch s.behavior.CASerial {
	case SerialsMixed:
		made.Serial = []pki.Serial{pki.SerialSigned, pki.SerialPlain, pki.SerialShort}[number%3]
	case SerialsSigned:
		made.Serial = pki.SerialSigned
	case SerialsPlain:
		made.Serial = pki.SerialPlain
	case SerialsShort:
		made.Serial = pki.SerialShort
	}
	return made
}

// active returns the CA that signs device certificates, or nil.
func (cat *Catalog) active(now time.Time) *Certificate {
	for _, cert := range cat.certificates {
		if cert.StatusAt(now) == StatusActive {
			return cert
		}
	}
	return nil
}

// successor returns the CA that is made but not active yet, or nil: an Inactive one that starts later than the Active
// one, or any Inactive one when none is Active.
func (cat *Catalog) successor(now time.Time) *Certificate {
	active := cat.active(now)
	for _, cert := range cat.certificates {
		if cert.StatusAt(now) == StatusInactive &&
			(active == nil || cert.issuer.Certificate.NotBefore.After(active.issuer.Certificate.NotBefore)) {
			return cert
		}
	}
	return nil
}

// outgoing returns the CA that ends next: the oldest one that was replaced, or the Active one when none was.
func (cat *Catalog) outgoing(now time.Time) *Certificate {
	active := cat.active(now)
	for _, cert := range cat.certificates {
		if cert.StatusAt(now) == StatusInactive && cert != cat.successor(now) {
			return cert
		}
	}
	return active
}

func (cat *Catalog) activate(successor *Certificate) {
	for _, cert := range cat.certificates {
		if cert.status == StatusActive {
			cert.status = StatusInactive
		}
	}
	successor.status = StatusActive
}

// renew takes the newest CA of a catalog one step further when that is due, and reports whether it was.
func (s *Store) renew(cat *Catalog, now time.Time) bool {
	newest := cat.certificates[len(cat.certificates)-1]
	switch newest.status {
	case StatusInactive:
		issued := newest.issuer.Certificate.NotBefore.Add(pki.CatalogBackoff)
		if now.Before(issued.Add(activationWait)) {
			return false
		}
		cat.activate(newest)
		return true
	case StatusActive:
		due := newest.issuer.Certificate.NotAfter.Add(-successorLead)
		if now.Before(due) {
			return false
		}
		return s.issueCA(cat, due.Add(-pki.CatalogBackoff)) == nil
	default:
		return false
	}
}
