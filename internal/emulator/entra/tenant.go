// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Config says what [New] makes.
type Config struct {
	AuthorityHost    string           // https://HOST/
	MetadataURL      string           // http://HOST, the address of the metadata listener
	FederatedIssuers []string         // further token issuers whose client assertions the owner accepts, of any subject
	Now              func() time.Time // clock of tokens, in UTC
}

// Tenant is an Entra tenant. Its principals are never added to.
type Tenant struct {
	ID       string
	Identity Identity

	config     Config
	key        *signingKey
	principals []*ServicePrincipal
	github     *workloadIssuer
	devOps     *workloadIssuer

	mu        sync.Mutex // guards what follows
	clients   []*clientCertificate
	clientPEM []byte // certificate and key made by ClientCertificate
}

// Identity holds what the environments that lend an identity to a process set: managed identities, and the OIDC token
// requests of GitHub Actions and Azure Pipelines. The names of the variables they belong to are in each comment.
type Identity struct {
	MetadataURL string `json:"metadata_url"` // http://127.0.0.1:PORT3; as HTTP_PROXY it carries http://169.254.169.254 (IMDS)

	AppServiceEndpoint string `json:"app_service_endpoint"` // IDENTITY_ENDPOINT
	AppServiceHeader   string `json:"app_service_header"`   // IDENTITY_HEADER

	GitHubRequestURL   string `json:"github_request_url"`   // ACTIONS_ID_TOKEN_REQUEST_URL
	GitHubRequestToken string `json:"github_request_token"` // ACTIONS_ID_TOKEN_REQUEST_TOKEN

	AzureDevOpsRequestURI        string `json:"azure_devops_request_uri"`  // SYSTEM_OIDCREQUESTURI
	AzureDevOpsAccessToken       string `json:"azure_devops_access_token"` // SYSTEM_ACCESSTOKEN
	AzureDevOpsServiceConnection string `json:"azure_devops_service_connection_id"`
}

// New makes a tenant. It reports an error when a key cannot be made.
func New(config Config) (*Tenant, error) {
	t := &Tenant{ID: uuid.NewString(), config: config, principals: newPrincipals()}
	var err error
	if t.key, err = newSigningKey(); err != nil {
		return nil, err
	}
	if t.github, err = t.newWorkloadIssuer("github", gitHubSubject); err != nil {
		return nil, err
	}
	if t.devOps, err = t.newWorkloadIssuer("azuredevops", devOpsSubject); err != nil {
		return nil, err
	}
	t.Identity = Identity{
		MetadataURL:                  config.MetadataURL,
		AppServiceEndpoint:           config.MetadataURL + "/msi/token",
		AppServiceHeader:             pki.RandomText(24),
		GitHubRequestURL:             t.github.issuer + "/idtoken?api-version=2.0",
		GitHubRequestToken:           t.github.bearer,
		AzureDevOpsRequestURI:        t.devOps.issuer + "/oidctoken",
		AzureDevOpsAccessToken:       t.devOps.bearer,
		AzureDevOpsServiceConnection: uuid.NewString(),
	}
	return t, nil
}

// Now is the time that tokens go by: not the emulated one, since clients hold them against their own clock.
func (t *Tenant) Now() time.Time { return t.config.Now() }

// authority is the address of the tenant, without a slash at its end.
func (t *Tenant) authority() string { return t.config.AuthorityHost + t.ID }

// issuer is the issuer of access tokens. Clients demand that it begins with the authority they were configured with.
func (t *Tenant) issuer() string { return t.authority() + "/v2.0" }

// owner is the principal of the settings that clients are given.
func (t *Tenant) owner() *ServicePrincipal { return t.principals[0] }

// Principals returns every principal, the one with every right first.
func (t *Tenant) Principals() []Principal {
	var list []Principal
	for _, p := range t.principals {
		list = append(list, p.Principal)
	}
	return list
}

// ServicePrincipals returns every principal with what it may do. They must not be changed.
func (t *Tenant) ServicePrincipals() []*ServicePrincipal { return t.principals }

// Token returns an access token for the audience, as the token endpoint issues it to the client. It reports an error for
// an unknown client ID.
func (t *Tenant) Token(clientID, audience string) (string, error) {
	p := t.principal(clientID)
	if p == nil {
		return "", fmt.Errorf("no principal has the client ID %q", clientID)
	}
	return t.issue(p, audience)
}

// Sign signs any claims as the token endpoint signs its own.
func (t *Tenant) Sign(claims map[string]any) (string, error) { return t.key.sign(claims) }

// Challenge is the WWW-Authenticate header with which services ask for a token of the tenant.
func (t *Tenant) Challenge(description string) string {
	return fmt.Sprintf("Bearer authorization_uri=%q, error=\"invalid_token\", error_description=%q", t.authority(), description)
}

// ClientCertificate returns a certificate and its RSA key, both in PEM, with which the first principal can sign in
// instead of with its secret. It is made at the first call, which takes longer than the others.
func (t *Tenant) ClientCertificate() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.clientPEM == nil {
		certificate, text, err := pki.NewClientCertificate()
		if err != nil {
			return nil, err
		}
		t.clients = append(t.clients, newClientCertificate(certificate))
		t.clientPEM = text
	}
	return append([]byte(nil), t.clientPEM...), nil
}

// TrustClientCertificate lets the first principal sign in with a certificate that was made elsewhere.
func (t *Tenant) TrustClientCertificate(certificate *x509.Certificate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clients = append(t.clients, newClientCertificate(certificate))
}

// newService makes a service of calls that nothing has to be known of before.
func newService(host rest.Host, shape func(*rest.Call, *rest.Failure) rest.Answer) *rest.Service[*rest.Call] {
	return &rest.Service[*rest.Call]{Host: host, Call: func(c *rest.Call) *rest.Call { return c }, Shape: shape}
}

// Handler serves the authority.
func (t *Tenant) Handler(host rest.Host) http.Handler {
	s := newService(host, entraError)
	s.On("GET /common/discovery/instance", "InstanceDiscovery", "", t.instanceDiscovery)
	s.On("GET /{tenant}/v2.0/.well-known/openid-configuration", "OpenIDConfiguration", "", t.openIDConfiguration)
	s.On("GET /{tenant}/discovery/v2.0/keys", "Keys", "", t.key.answer)
	s.On("POST /{tenant}/oauth2/v2.0/token", "Token", "", t.token)
	return s
}
