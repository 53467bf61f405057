// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"
)

// webKeys is a JSON Web Key Set.
type webKeys struct {
	Keys []webKey `json:"keys"`
}

type webKey struct {
	Type     string `json:"kty"`
	ID       string `json:"kid"`
	Curve    string `json:"crv"`
	X        string `json:"x"`
	Y        string `json:"y"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

// fetchKeys gets the keys of a token issuer by way of its discovery document.
func fetchKeys(ctx context.Context, issuer string) (*webKeys, error) {
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
	var keys webKeys
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
	if err := json.NewDecoder(io.LimitReader(response.Body, maxBody)).Decode(into); err != nil {
		return fmt.Errorf("reading %s: %w", address, err)
	}
	return nil
}

// find returns the key with that ID, or the only key.
func (s *webKeys) find(id string) (crypto.PublicKey, error) {
	for _, key := range s.Keys {
		if key.ID == id || len(s.Keys) == 1 {
			return key.public()
		}
	}
	return nil, fmt.Errorf("the issuer has no key %q", id)
}

func (k webKey) public() (crypto.PublicKey, error) {
	switch k.Type {
	case "RSA":
		n, errN := base64.RawURLEncoding.DecodeString(k.Modulus)
		e, errE := base64.RawURLEncoding.DecodeString(k.Exponent)
		exponent := new(big.Int).SetBytes(e)
		if err := errors.Join(errN, errE); err != nil || !exponent.IsInt64() || exponent.Int64() > 1<<31-1 {
			return nil, fmt.Errorf("the RSA key %q cannot be read", k.ID)
		}
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
	case "EC":
		curves := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384()}
		curve, known := curves[k.Curve]
		x, errX := base64.RawURLEncoding.DecodeString(k.X)
		y, errY := base64.RawURLEncoding.DecodeString(k.Y)
		if err := errors.Join(errX, errY); err != nil || !known {
			return nil, fmt.Errorf("the EC key %q cannot be read", k.ID)
		}
		return ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	default:
		return nil, fmt.Errorf("the key %q is of the unknown type %q", k.ID, k.Type)
	}
}
