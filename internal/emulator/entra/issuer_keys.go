// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// issuerKeys are the keys of a token issuer.
type issuerKeys struct {
	set    jose.JSONWebKeySet
	single bool // the issuer has one key, which tokens need not name
}

// UnmarshalJSON reads a JSON Web Key Set. It leaves out the keys that go-jose does not know, as the specification of key
// sets asks for (RFC 7517, 5); jose.JSONWebKeySet would refuse the others with them.
func (k *issuerKeys) UnmarshalJSON(text []byte) error {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	k.single = len(raw.Keys) == 1
	for _, one := range raw.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(one); err == nil {
			k.set.Keys = append(k.set.Keys, key.Public())
		}
	}
	return nil
}

// find returns the key with that ID, or the only key.
func (k *issuerKeys) find(id string) (crypto.PublicKey, error) {
	named := k.set.Key(id)
	if k.single {
		named = k.set.Keys
	}
	if len(named) == 0 {
		return nil, fmt.Errorf("the issuer has no key %q that can be read", id)
	}
	return named[0].Key, nil
}

// fetchKeys gets the keys of a token issuer by way of its discovery document.
func fetchKeys(ctx context.Context, issuer string) (*issuerKeys, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var document struct {
		Issuer  string `json:"issuer"`
		KeysURI string `json:"jwks_uri"`
	}
	if err := fetchJSON(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", &document); err != nil {
		return nil, err
	}
	if document.Issuer != issuer {
		return nil, fmt.Errorf("the discovery document of %s is for the issuer %s", issuer, document.Issuer)
	}
	var keys issuerKeys
	if err := fetchJSON(ctx, document.KeysURI, &keys); err != nil {
		return nil, err
	}
	return &keys, nil
}

func fetchJSON(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("asking an issuer: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking an issuer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, rest.MaxBody)).Decode(into); err != nil {
		return fmt.Errorf("reading %s: %w", address, err)
	}
	return nil
}
