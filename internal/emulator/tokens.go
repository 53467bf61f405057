// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// Audiences of the public cloud.
const (
	audienceARM     = "https://management.azure.com"
	audienceSphere  = "https://firstparty.sphere.azure.net/api"
	audienceCentral = "https://apps.azureiotcentral.com"
)

// armAudiences are the audiences that Azure Resource Manager accepts: its own and the one of its predecessor.
var armAudiences = []string{audienceARM, "https://management.core.windows.net"}

const tokenLife = time.Hour

// signingKey signs tokens and shows its public half as a JSON Web Key.
type signingKey struct {
	id  string
	key *ecdsa.PrivateKey
}

func newSigningKey() (*signingKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a token signing key: %w", err)
	}
	return &signingKey{randomText(20), key}, nil
}

func (k *signingKey) sign(claims jwt.MapClaims) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = k.id
	signed, err := token.SignedString(k.key)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return signed, nil
}

// public returns the key set with the public key alone.
func (k *signingKey) public() (map[string]any, error) {
	point, err := k.key.PublicKey.Bytes() // 0x04, X, Y
	if err != nil {
		return nil, fmt.Errorf("encoding a public key: %w", err)
	}
	half := (len(point) - 1) / 2
	return map[string]any{"keys": []any{map[string]any{
		"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": k.id,
		"x": base64.RawURLEncoding.EncodeToString(point[1 : 1+half]),
		"y": base64.RawURLEncoding.EncodeToString(point[1+half:]),
	}}}, nil
}

// issue makes an access token for the principal and the audience.
func (e *Emulator) issue(p *principal, audience string) (string, error) {
	now := e.now()
	return e.tokenKey.sign(jwt.MapClaims{
		"iss": e.issuer(), "aud": audience, "tid": e.info.TenantID, "ver": "2.0", "idtyp": "app",
		"appid": p.ClientID, "azp": p.ClientID, "oid": p.ObjectID, "sub": p.ObjectID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(), "uti": uuid.NewString(),
	})
}

// Token returns an access token for the audience, as the token endpoint issues it to the client. It reports an error
// for an unknown client ID.
func (e *Emulator) Token(clientID, audience string) (string, error) {
	p := e.principalByClientID(clientID)
	if p == nil {
		return "", fmt.Errorf("no principal has the client ID %q", clientID)
	}
	return e.issue(p, audience)
}

// What may be wrong with a token.
var (
	errTokenMissing  = errors.New("the request has no bearer token")
	errTokenInvalid  = errors.New("the access token is invalid")
	errTokenExpired  = errors.New("the access token has expired")
	errTokenIssuer   = errors.New("the access token is from the wrong issuer")
	errTokenAudience = errors.New("the access token is for another audience")
)

// bearer returns whom the bearer token of a call belongs to, once its signature, issuer, validity and audience are
// found right. Its errors are the ones above.
func (c *call) bearer(audiences ...string) (*principal, error) {
	scheme, raw, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || raw == "" {
		return nil, errTokenMissing
	}
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return c.now }),
		// Clients and the emulator share a machine, but not the rounding of their clocks.
		jwt.WithLeeway(5*time.Second),
	).ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return &c.e.tokenKey.key.PublicKey, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, errTokenExpired
	case err != nil:
		return nil, errTokenInvalid
	}
	if issuer, err := claims.GetIssuer(); err != nil || issuer != c.e.issuer() {
		return nil, errTokenIssuer
	}
	got, err := claims.GetAudience()
	if err != nil || !slices.ContainsFunc(got, func(a string) bool {
		return slices.Contains(audiences, strings.TrimRight(a, "/"))
	}) {
		return nil, errTokenAudience
	}
	clientID, _ := claims["azp"].(string)
	p := c.e.principalByClientID(clientID)
	if p == nil {
		return nil, errTokenInvalid
	}
	return p, nil
}

// issuer is the issuer of access tokens. Clients demand that it begins with the authority they were configured with.
func (e *Emulator) issuer() string {
	return e.info.Endpoints.AuthorityHost + e.info.TenantID + "/v2.0"
}
