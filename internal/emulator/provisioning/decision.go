// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provisioning

import (
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// Group is an enrollment group, as far as devices are concerned.
type Group struct {
	ID      string
	Enabled bool
	CAs     []CA
}

// CA is a certificate that an enrollment group holds.
type CA struct {
	Certificate *x509.Certificate
	Verified    bool
}

// verdict is what becomes of a device: it is refused, its group is disabled, or the group lets it in. The first two are
// reasons.
type verdict struct{ refused, disabled, group string }

func refuse(format string, arguments ...any) verdict {
	return verdict{refused: fmt.Sprintf(format, arguments...)}
}

// decide finds the group of a device by its chain, from its own certificate upwards: the first CA that a group holds decides.
// A CA need not be presented, since the certificate that it signed shows who did.
func decide(chain []*x509.Certificate, registrationID string, groups []Group, now time.Time) verdict {
	if len(chain) == 0 {
		return refuse("The device presented no certificate.")
	}
	if name := chain[0].Subject.CommonName; !strings.EqualFold(name, registrationID) {
		return refuse("The common name of the certificate, %q, is not the registration ID.", name)
	}
	for i, link := range chain {
		if !validAt(link, now) {
			return refuse("The certificate %s of the chain is not valid at %s.", pki.Thumbprint(link), now.UTC().Format(time.RFC3339))
		}
		last := i+1 == len(chain)
		if !last && link.CheckSignatureFrom(chain[i+1]) != nil {
			return refuse("The certificate %s of the chain is not signed by the next.", pki.Thumbprint(link))
		}
		issuers := func(ca *x509.Certificate) bool { return link.CheckSignatureFrom(ca) == nil }
		if !last {
			issuers = chain[i+1].Equal
		}
		if found, held := judge(groups, issuers, now); held {
			return found
		}
	}
	return refuse("Signing certificate info did not match chain elements: no enrollment group holds a CA of the chain.")
}

// judge says what the groups make of a CA, and reports false when none holds it. Where several do, one that lets the
// device in is enough.
func judge(groups []Group, is func(*x509.Certificate) bool, now time.Time) (verdict, bool) {
	var found verdict
	held := false
	for _, g := range groups {
		for _, ca := range g.CAs {
			if !is(ca.Certificate) {
				continue
			}
			var next verdict
			switch thumbprint := pki.Thumbprint(ca.Certificate); {
			case !g.Enabled:
				next = verdict{disabled: "The enrollment group " + g.ID + " is disabled."}
			case !ca.Verified:
				next = refuse("The enrollment group %s holds the CA %s, which is not verified.", g.ID, thumbprint)
			case !validAt(ca.Certificate, now):
				next = refuse("The enrollment group %s holds the CA %s, which is not valid at %s.", g.ID, thumbprint, now.UTC().Format(time.RFC3339))
			default:
				return verdict{group: g.ID}, true
			}
			if !held {
				found, held = next, true
			}
		}
	}
	return found, held
}

func validAt(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}
