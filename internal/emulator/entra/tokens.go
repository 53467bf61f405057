// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Audiences of the public cloud.
const (
	AudienceResourceManager = "https://management.azure.com"
	AudienceAzureSphere     = "https://firstparty.sphere.azure.net/api"
	AudienceIoTCentral      = "https://apps.azureiotcentral.com"
	AudienceDPS             = "https://azure-devices-provisioning.net"
)

// ResourceManagerAudiences are the audiences that Azure Resource Manager accepts: its own and the one of its predecessor.
var ResourceManagerAudiences = []string{AudienceResourceManager, "https://management.core.windows.net"}

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
	return &signingKey{pki.RandomText(20), key}, nil
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

// answer answers the key set with the public key alone.
func (k *signingKey) answer(*rest.Call) (rest.Answer, *rest.Failure) {
	return rest.JSON(http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: &k.key.PublicKey, KeyID: k.id, Algorithm: string(jose.ES256), Use: "sig",
	}}}), nil
}

// issue makes an access token for the principal and the audience.
func (t *Tenant) issue(p *ServicePrincipal, audience string) (string, error) {
	now := t.config.Now()
	return t.key.sign(jwt.MapClaims{
		"iss": t.issuer(), "aud": audience, "tid": t.ID, "ver": "2.0", "idtyp": "app",
		"appid": p.ClientID, "azp": p.ClientID, "oid": p.ObjectID, "sub": p.ObjectID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(), "uti": uuid.NewString(),
	})
}

// What may be wrong with a token.
var (
	ErrTokenMissing  = errors.New("the request has no bearer token")
	ErrTokenInvalid  = errors.New("the access token is invalid")
	ErrTokenExpired  = errors.New("the access token has expired")
	ErrTokenIssuer   = errors.New("the access token is from the wrong issuer")
	ErrTokenAudience = errors.New("the access token is for another audience")
)

// Bearer returns whom the bearer token of a call belongs to, once its signature, issuer, validity and audience are found
// right. Its errors are the ones above.
func (t *Tenant) Bearer(c *rest.Call, audiences ...string) (*ServicePrincipal, error) {
	scheme, raw, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || raw == "" {
		return nil, ErrTokenMissing
	}
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{"ES256"}),
		jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(t.config.Now),
		// Clients and the emulator share a machine, but not the rounding of their clocks.
		jwt.WithLeeway(5*time.Second),
	).ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) { return &t.key.key.PublicKey, nil })
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, ErrTokenExpired
	case err != nil:
		return nil, ErrTokenInvalid
	}
	if issuer, err := claims.GetIssuer(); err != nil || issuer != t.issuer() {
		return nil, ErrTokenIssuer
	}
	got, err := claims.GetAudience()
	if err != nil || !slices.ContainsFunc(got, func(a string) bool {
		return slices.Contains(audiences, strings.TrimRight(a, "/"))
	}) {
		return nil, ErrTokenAudience
	}
	clientID, _ := claims["azp"].(string)
	p := t.principal(clientID)
	if p == nil {
		return nil, ErrTokenInvalid
	}
	return p, nil
}
