// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // the x5t header is SHA-1 by definition
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// exchangeAudience is the audience of tokens that are exchanged for those of Entra.
const exchangeAudience = "api://AzureADTokenExchange"

// assertionMethods are the signatures that client assertions may have.
var assertionMethods = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"}

// clientCertificate is a certificate that the owner may sign client assertions with.
type clientCertificate struct {
	certificate *x509.Certificate
	sha1        string // as in the x5t header
	sha256      string // as in the x5t#S256 header
}

func newClientCertificate(certificate *x509.Certificate) *clientCertificate {
	short, long := sha1.Sum(certificate.Raw), sha256.Sum256(certificate.Raw) //nolint:gosec // see above
	return &clientCertificate{
		certificate,
		base64.RawURLEncoding.EncodeToString(short[:]),
		base64.RawURLEncoding.EncodeToString(long[:]),
	}
}

// registered returns the certificate that the header of an assertion names.
func (t *Tenant) registered(assertion *jwt.Token) (*x509.Certificate, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, client := range t.clients {
		if hashHeader(assertion, "x5t") == client.sha1 || hashHeader(assertion, "x5t#S256") == client.sha256 {
			return client.certificate, nil
		}
	}
	return nil, errors.New("the certificate is not registered")
}

// checkAssertion checks a client assertion: one that the client signed with its certificate, which says so by naming
// the client as its issuer, or a token of a federated issuer.
func (t *Tenant) checkAssertion(c *rest.Call, p *ServicePrincipal, assertion string) *rest.Failure {
	token, _, err := jwt.NewParser().ParseUnverified(assertion, jwt.MapClaims{})
	if err != nil {
		return invalidClient("AADSTS50027: JWT token is invalid or malformed.")
	}
	issuer, err := token.Claims.GetIssuer()
	if err != nil {
		return invalidClient("AADSTS50027: JWT token is invalid or malformed.")
	}
	if issuer == p.ClientID {
		return t.checkCertificateAssertion(p, assertion)
	}
	return t.checkFederatedAssertion(c, p, issuer, assertion)
}

func (t *Tenant) checkCertificateAssertion(p *ServicePrincipal, assertion string) *rest.Failure {
	if p != t.owner() {
		return invalidClient("AADSTS700027: The certificate used to sign the client assertion is not registered.")
	}
	claims := jwt.MapClaims{}
	_, err := assertionParser().ParseWithClaims(assertion, claims, func(named *jwt.Token) (any, error) {
		client, err := t.registered(named)
		if err != nil {
			return nil, err
		}
		return client.PublicKey, nil
	})
	if f := assertionFailure(err); f != nil {
		return f
	}
	subject, err := claims.GetSubject()
	if err != nil || subject != p.ClientID {
		return invalidClient("AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.")
	}
	audience, err := claims.GetAudience()
	base := t.authority()
	if err != nil || !slices.ContainsFunc(audience, func(a string) bool {
		a = strings.TrimRight(a, "/")
		return a == base || a == t.issuer() || a == base+"/oauth2/v2.0/token"
	}) {
		return invalidClient("AADSTS700023: Client assertion audience claim does not match Realm issuer.")
	}
	return nil
}

// hashHeader returns a header with a hash in base64 for URLs, though some clients write it in plain base64.
func hashHeader(t *jwt.Token, name string) string {
	value, _ := t.Header[name].(string)
	return strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(value), "=")
}

func (t *Tenant) checkFederatedAssertion(c *rest.Call, p *ServicePrincipal, issuer, assertion string) *rest.Failure {
	key, anySubject, f := t.issuerKey(c, issuer)
	if f != nil {
		return f
	}
	claims := jwt.MapClaims{}
	_, err := assertionParser().ParseWithClaims(assertion, claims, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		return key(id)
	})
	if f := assertionFailure(err); f != nil {
		return f
	}
	audience, err := claims.GetAudience()
	if err != nil || !slices.Contains(audience, exchangeAudience) {
		return invalidClient("AADSTS700212: No matching federated identity record found for presented assertion audience. " +
			"Expected audience is '" + exchangeAudience + "'.")
	}
	subject, err := claims.GetSubject()
	if anySubject && p != t.owner() ||
		!anySubject && (err != nil || !slices.Contains(p.federated, federation{issuer, subject})) {
		return invalidClient("AADSTS700213: No matching federated identity record found for presented assertion subject '" +
			subject + "'.")
	}
	return nil
}

// issuerKey returns where an issuer's keys are found, and whether its tokens are taken whatever their subject: the
// emulator's own issuers, and those of the options, which are asked for their keys.
func (t *Tenant) issuerKey(c *rest.Call, issuer string) (func(id string) (crypto.PublicKey, error), bool, *rest.Failure) {
	for _, own := range []*workloadIssuer{t.github, t.devOps} {
		if own.issuer == issuer {
			return func(string) (crypto.PublicKey, error) { return &own.key.key.PublicKey, nil }, false, nil
		}
	}
	if slices.Contains(t.config.FederatedIssuers, issuer) {
		keys, err := fetchKeys(c.Request.Context(), issuer)
		if err != nil {
			return nil, false, invalidClient("AADSTS500343: The keys of the federated issuer cannot be had: " + err.Error())
		}
		return keys.find, true, nil
	}
	return nil, false, invalidClient("AADSTS700211: No matching federated identity record found for presented assertion " +
		"issuer '" + issuer + "'.")
}

func assertionParser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(assertionMethods),
		jwt.WithExpirationRequired(),
		// Assertions are made by the clock of their maker, which is the real one.
		jwt.WithTimeFunc(time.Now),
		jwt.WithLeeway(5*time.Second),
	)
}

func assertionFailure(err error) *rest.Failure {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return invalidClient("AADSTS700024: Client assertion is not within its valid time range.")
	default:
		return invalidClient("AADSTS700027: Client assertion failed signature validation.")
	}
}

func invalidClient(message string) *rest.Failure {
	return rest.Fail(http.StatusUnauthorized, "invalid_client", message)
}
