// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// workloadIssuer issues tokens to the jobs of a CI service. The owner accepts those with its subject in place of a
// secret.
type workloadIssuer struct {
	issuer  string
	subject string
	bearer  string // what a job is given to ask for tokens with
	key     *signingKey
}

const (
	gitHubSubject = "repo:contoso/infrastructure:ref:refs/heads/main"
	devOpsSubject = "sc://contoso/infrastructure/azure"
)

// setIdentity makes the identities that environments lend to processes. The base is the address of the metadata
// listener.
func (e *Emulator) setIdentity(base string) error {
	gitHub, err := e.newWorkloadIssuer("github", gitHubSubject)
	if err != nil {
		return err
	}
	devOps, err := e.newWorkloadIssuer("azuredevops", devOpsSubject)
	if err != nil {
		return err
	}
	e.info.Identity = Identity{
		MetadataURL:                  base,
		AppServiceEndpoint:           base + "/msi/token",
		AppServiceHeader:             randomText(24),
		GitHubRequestURL:             gitHub.issuer + "/idtoken?api-version=2.0",
		GitHubRequestToken:           gitHub.bearer,
		AzureDevOpsRequestURI:        devOps.issuer + "/oidctoken",
		AzureDevOpsAccessToken:       devOps.bearer,
		AzureDevOpsServiceConnection: uuid.NewString(),
	}
	return nil
}

func (e *Emulator) newWorkloadIssuer(name, subject string) (*workloadIssuer, error) {
	key, err := newSigningKey()
	if err != nil {
		return nil, err
	}
	made := &workloadIssuer{e.info.Endpoints.ResourceManager + name, subject, randomText(24), key}
	e.issuers = append(e.issuers, made)
	owner := e.principals[0]
	owner.federated = append(owner.federated, federation{made.issuer, subject})
	return made, nil
}

// workload returns the issuer whose name is that of the service. Each workload service has one.
func (c *call) workload() *workloadIssuer {
	return c.e.issuers[slices.IndexFunc(c.e.issuers, func(i *workloadIssuer) bool {
		return strings.HasSuffix(i.issuer, "/"+c.service.name)
	})]
}

// token issues a token for an audience.
func (i *workloadIssuer) token(c *call, audience string) (string, *failure) {
	// Real time: the token becomes a client assertion, which has the clock of its maker.
	now := time.Now()
	token, err := i.key.sign(jwt.MapClaims{
		"iss": i.issuer, "sub": i.subject, "aud": audience, "jti": c.requestID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
	})
	if err != nil {
		return "", fail(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return token, nil
}

// newWorkloadService makes a service that issues tokens to jobs: discovery document and keys for those who check the
// tokens, and what the caller adds for the jobs.
func newWorkloadService(name string) *service {
	s := newService(name)
	s.shape = func(_ *call, f *failure) answer {
		return jsonAnswer(f.status, map[string]string{"message": f.message})
	}
	s.onOpen("GET /"+name+"/.well-known/openid-configuration", "OpenIDConfiguration", func(c *call) (answer, *failure) {
		issuer := c.workload().issuer
		return jsonAnswer(http.StatusOK, map[string]any{
			"issuer": issuer, "jwks_uri": issuer + "/.well-known/jwks",
			"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}), nil
	})
	s.onOpen("GET /"+name+"/.well-known/jwks", "Keys", func(c *call) (answer, *failure) { return keySet(c.workload().key) })
	return s
}

// authorizedJob refuses callers without the job's token.
func (c *call) authorizedJob() *failure {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token != c.workload().bearer {
		return fail(http.StatusUnauthorized, "Unauthorized", "The token of the job is missing or wrong.")
	}
	return nil
}

// githubService is the OIDC token request of GitHub Actions.
func (e *Emulator) githubService() *service {
	s := newWorkloadService("github")
	s.onOpen("GET /github/idtoken", "RequestToken", func(c *call) (answer, *failure) {
		if f := c.authorizedJob(); f != nil {
			return answer{}, f
		}
		audience := c.query("audience")
		if audience == "" {
			audience = "https://github.com/contoso"
		}
		token, f := c.workload().token(c, audience)
		if f != nil {
			return answer{}, f
		}
		return jsonAnswer(http.StatusOK, map[string]any{"count": len(token), "value": token}), nil
	})
	return s
}

// azureDevOpsService is the OIDC token request of Azure Pipelines.
func (e *Emulator) azureDevOpsService() *service {
	s := newWorkloadService("azuredevops")
	s.onOpen("POST /azuredevops/oidctoken", "RequestToken", func(c *call) (answer, *failure) {
		if f := c.authorizedJob(); f != nil {
			return answer{}, f
		}
		if c.query("api-version") == "" {
			return answer{}, fail(http.StatusBadRequest, "BadRequest", "No api-version was supplied.")
		}
		if !strings.EqualFold(c.query("serviceConnectionId"), c.e.info.Identity.AzureDevOpsServiceConnection) {
			return answer{}, fail(http.StatusNotFound, "NotFound", "There is no such service connection.")
		}
		token, f := c.workload().token(c, exchangeAudience)
		if f != nil {
			return answer{}, f
		}
		return jsonAnswer(http.StatusOK, map[string]string{"oidcToken": token}), nil
	})
	return s
}
