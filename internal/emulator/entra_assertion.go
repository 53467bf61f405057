// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the x5t header is SHA-1 by definition
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
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

// ClientCertificate returns a certificate and its RSA key, both in PEM, with which the first principal can sign in
// instead of with its secret. It is made at the first call, which takes longer than the others.
func (e *Emulator) ClientCertificate() ([]byte, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.clientPEM != nil {
		return slices.Clone(e.clientPEM), nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making the key of the client certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "sphere-emulator client"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing the client certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("reading the client certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of the client certificate: %w", err)
	}
	e.trustClient(certificate)
	e.clientPEM = slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	)
	return slices.Clone(e.clientPEM), nil
}

// TrustClientCertificate lets the first principal sign in with a certificate that was made elsewhere.
func (e *Emulator) TrustClientCertificate(certificate *x509.Certificate) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trustClient(certificate)
}

func (e *Emulator) trustClient(certificate *x509.Certificate) {
	short, long := sha1.Sum(certificate.Raw), sha256.Sum256(certificate.Raw) //nolint:gosec // see above
	e.clients = append(e.clients, &clientCertificate{
		certificate,
		base64.RawURLEncoding.EncodeToString(short[:]),
		base64.RawURLEncoding.EncodeToString(long[:]),
	})
}

// checkAssertion checks a client assertion: one that the client signed with its certificate, which says so by naming
// the client as its issuer, or a token of a federated issuer.
func (c *call) checkAssertion(p *principal, assertion string) *failure {
	token, _, err := jwt.NewParser().ParseUnverified(assertion, jwt.MapClaims{})
	if err != nil {
		return invalidClient("AADSTS50027: JWT token is invalid or malformed.")
	}
	issuer, err := token.Claims.GetIssuer()
	if err != nil {
		return invalidClient("AADSTS50027: JWT token is invalid or malformed.")
	}
	if issuer == p.ClientID {
		return c.checkCertificateAssertion(p, assertion)
	}
	return c.checkFederatedAssertion(p, issuer, assertion)
}

func (c *call) checkCertificateAssertion(p *principal, assertion string) *failure {
	if p != c.e.principals[0] {
		return invalidClient("AADSTS700027: The certificate used to sign the client assertion is not registered.")
	}
	claims := jwt.MapClaims{}
	_, err := c.assertionParser().ParseWithClaims(assertion, claims, func(t *jwt.Token) (any, error) {
		for _, client := range c.e.clients {
			if hashHeader(t, "x5t") == client.sha1 || hashHeader(t, "x5t#S256") == client.sha256 {
				return client.certificate.PublicKey, nil
			}
		}
		return nil, errors.New("the certificate is not registered")
	})
	if f := assertionFailure(err); f != nil {
		return f
	}
	subject, err := claims.GetSubject()
	if err != nil || subject != p.ClientID {
		return invalidClient("AADSTS700021: Client assertion application identifier doesn't match 'client_id' parameter.")
	}
	audience, err := claims.GetAudience()
	base := c.e.info.Endpoints.AuthorityHost + c.e.info.TenantID
	if err != nil || !slices.ContainsFunc(audience, func(a string) bool {
		a = strings.TrimRight(a, "/")
		return a == base || a == c.e.issuer() || a == base+"/oauth2/v2.0/token"
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

func (c *call) checkFederatedAssertion(p *principal, issuer, assertion string) *failure {
	key, anySubject, f := c.issuerKey(issuer)
	if f != nil {
		return f
	}
	claims := jwt.MapClaims{}
	_, err := c.assertionParser().ParseWithClaims(assertion, claims, func(t *jwt.Token) (any, error) {
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
	if anySubject && p != c.e.principals[0] ||
		!anySubject && (err != nil || !slices.Contains(p.federated, federation{issuer, subject})) {
		return invalidClient("AADSTS700213: No matching federated identity record found for presented assertion subject '" +
			subject + "'.")
	}
	return nil
}

// issuerKey returns where an issuer's keys are found, and whether its tokens are taken whatever their subject: the
// emulator's own issuers, and those of the options, which are asked for their keys.
func (c *call) issuerKey(issuer string) (func(id string) (crypto.PublicKey, error), bool, *failure) {
	for _, own := range c.e.issuers {
		if own.issuer == issuer {
			return func(string) (crypto.PublicKey, error) { return &own.key.key.PublicKey, nil }, false, nil
		}
	}
	if slices.Contains(c.e.opts.FederatedIssuers, issuer) {
		// Not under the lock: the issuer may be slow, or this very emulator.
		c.e.mu.Unlock()
		keys, err := fetchKeys(c.r.Context(), issuer)
		c.e.mu.Lock()
		if err != nil {
			return nil, false, invalidClient("AADSTS500343: The keys of the federated issuer cannot be had: " + err.Error())
		}
		return keys.find, true, nil
	}
	return nil, false, invalidClient("AADSTS700211: No matching federated identity record found for presented assertion " +
		"issuer '" + issuer + "'.")
}

func (c *call) assertionParser() *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods(assertionMethods),
		jwt.WithExpirationRequired(),
		// Assertions are made by the clock of their maker, which is the real one.
		jwt.WithTimeFunc(time.Now),
		jwt.WithLeeway(5*time.Second),
	)
}

func assertionFailure(err error) *failure {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired), errors.Is(err, jwt.ErrTokenNotValidYet):
		return invalidClient("AADSTS700024: Client assertion is not within its valid time range.")
	default:
		return invalidClient("AADSTS700027: Client assertion failed signature validation.")
	}
}

func invalidClient(message string) *failure {
	return fail(http.StatusUnauthorized, "invalid_client", message)
}
