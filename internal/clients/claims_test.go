// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package clients_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/sphere"
)

var (
	one     = iotcentral.GroupID{Host: "contoso.example", Group: "one"}
	contoso = sphere.Scope{CatalogID: "/subscriptions/s/Contoso"}
)

func groupClaim(instance string) clients.Claim {
	return clients.Claim{Type: "group", Instance: instance, Group: one}
}

func entryClaim(instance string, entry iotcentral.Entry) clients.Claim {
	return clients.Claim{Type: "certificate", Instance: instance, Group: one, Entry: entry}
}

func trustClaim(instance string, tenant sphere.Scope) clients.Claim {
	return clients.Claim{Type: "trust", Instance: instance, Group: one, Tenant: tenant}
}

func TestClaims_whoIsInConflict(t *testing.T) {
	t.Parallel()
	elsewhere := trustClaim("2", contoso)
	elsewhere.Group.Group = "two"
	for name, test := range map[string]struct {
		first, second clients.Claim
		conflict      bool
	}{
		"two groups":                    {groupClaim("1"), groupClaim("2"), true},
		"a group and what is in it":     {groupClaim("1"), trustClaim("2", contoso), false},
		"two certificates of an entry":  {entryClaim("1", iotcentral.Primary), entryClaim("2", iotcentral.Primary), true},
		"certificates of two entries":   {entryClaim("1", iotcentral.Primary), entryClaim("2", iotcentral.Secondary), false},
		"a trust and a certificate":     {trustClaim("1", contoso), entryClaim("2", iotcentral.Secondary), true},
		"a certificate and a trust":     {entryClaim("1", iotcentral.Secondary), trustClaim("2", contoso), true},
		"two trusts for one tenant":     {trustClaim("1", contoso), trustClaim("2", sphere.Scope{CatalogID: "/SUBSCRIPTIONS/s/contoso"}), true},
		"two trusts for two tenants":    {trustClaim("1", contoso), trustClaim("2", sphere.Scope{TenantID: "t"}), false},
		"trusts in two groups":          {trustClaim("1", contoso), elsewhere, false},
		"one resource twice":            {trustClaim("1", contoso), trustClaim("1", contoso), false},
		"two resources without a state": {trustClaim("", contoso), trustClaim("", contoso), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var claims clients.Claims
			claims.Plan(test.first)
			if found := claims.Plan(test.second); (len(found) > 0) != test.conflict {
				t.Errorf("planned: in conflict with %v", found)
			}
			if err := claims.Take(test.first); err != nil {
				t.Fatal(err)
			}
			err := claims.Take(test.second)
			var claimed *clients.ClaimedError
			if errors.As(err, &claimed) != test.conflict {
				t.Fatalf("taken: %v", err)
			}
			if test.conflict && (!strings.Contains(err.Error(), test.first.String()) || !strings.Contains(err.Error(), test.second.String())) {
				t.Errorf("the error does not name both: %v", err)
			}
		})
	}
}

func TestClaims_releasedCanBeTaken(t *testing.T) {
	t.Parallel()
	var claims clients.Claims
	if err := claims.Take(trustClaim("1", contoso)); err != nil {
		t.Fatal(err)
	}
	claims.Release(trustClaim("other", contoso))
	if claims.Take(trustClaim("2", contoso)) == nil {
		t.Error("taken twice")
	}
	claims.Release(trustClaim("1", contoso))
	if err := claims.Take(trustClaim("2", contoso)); err != nil {
		t.Error(err)
	}
}

func TestClaims_holdersAreOthersInConflict(t *testing.T) {
	t.Parallel()
	var claims clients.Claims
	for _, claim := range []clients.Claim{groupClaim("g"), trustClaim("1", contoso), trustClaim("2", sphere.Scope{TenantID: "t"})} {
		if err := claims.Take(claim); err != nil {
			t.Fatal(err)
		}
	}
	if found := claims.Holders(trustClaim("1", contoso)); len(found) > 0 {
		t.Errorf("its own claim holds it up: %v", found)
	}
	found := claims.Holders(trustClaim("3", sphere.Scope{TenantID: "t"}))
	if len(found) != 1 || found[0].Instance != "2" || clients.Names(found) != "trust (for Azure Sphere (Legacy) tenant t)" {
		t.Errorf("got %v", found)
	}
}

func TestClaims_sharersAreOtherTenantsInTheGroup(t *testing.T) {
	t.Parallel()
	var claims clients.Claims
	for _, claim := range []clients.Claim{groupClaim(""), trustClaim("", contoso), entryClaim("", iotcentral.Primary)} {
		claims.Plan(claim)
	}
	if found := claims.Sharers(trustClaim("", contoso)); len(found) > 0 {
		t.Errorf("got %v", found)
	}
	if found := claims.Sharers(trustClaim("", sphere.Scope{TenantID: "t"})); len(found) != 1 || found[0].Tenant != contoso {
		t.Errorf("got %v", found)
	}
}

func TestClaims_oneTurnAtATime(t *testing.T) {
	t.Parallel()
	var claims clients.Claims
	end, err := claims.Turn(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := claims.Turn(ended, one); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	endOther, err := claims.Turn(ended, iotcentral.GroupID{Host: "contoso.example", Group: "two"})
	if err == nil { // Another group is free; which of the two ready cases is chosen is open.
		endOther()
	}
	end()
	if end, err = claims.Turn(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	end()
}
