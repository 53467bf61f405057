// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
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

// newWorkloadIssuer makes an issuer, and has the owner accept it.
func (t *Tenant) newWorkloadIssuer(name, subject string) (*workloadIssuer, error) {
	key, err := newSigningKey()
	if err != nil {
		return nil, err
	}
	made := &workloadIssuer{t.config.AuthorityHost + name, subject, pki.RandomText(24), key}
	owner := t.owner()
	owner.federated = append(owner.federated, federation{made.issuer, subject})
	return made, nil
}

// token issues a token for an audience.
func (i *workloadIssuer) token(c *rest.Call, audience string) (string, *rest.Failure) {
	// Real time: the token becomes a client assertion, which has the clock of its maker.
	now := time.Now()
	token, err := i.key.sign(jwt.MapClaims{
		"iss": i.issuer, "sub": i.subject, "aud": audience, "jti": c.RequestID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(tokenLife).Unix(),
	})
	if err != nil {
		return "", rest.Fail(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return token, nil
}

// service makes the service that issues tokens to jobs: discovery document and keys for those who check the tokens. What the
// jobs call is added to it.
func (i *workloadIssuer) service(host rest.Host, name string) *rest.Service[*rest.Call] {
	s := newService(host, func(_ *rest.Call, f *rest.Failure) rest.Answer {
		return rest.JSON(f.Status, map[string]string{"message": f.Message})
	})
	s.On("GET /"+name+"/.well-known/openid-configuration", "OpenIDConfiguration", "", func(*rest.Call) (rest.Answer, *rest.Failure) {
		return rest.JSON(http.StatusOK, map[string]any{
			"issuer": i.issuer, "jwks_uri": i.issuer + "/.well-known/jwks",
			"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"ES256"},
		}), nil
	})
	s.On("GET /"+name+"/.well-known/jwks", "Keys", "", i.key.answer)
	return s
}

// authorized refuses callers without the job's token.
func (i *workloadIssuer) authorized(c *rest.Call) *rest.Failure {
	scheme, token, _ := strings.Cut(c.Request.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token != i.bearer {
		return rest.Fail(http.StatusUnauthorized, "Unauthorized", "The token of the job is missing or wrong.")
	}
	return nil
}

// GitHub serves the OIDC token request of GitHub Actions.
func (t *Tenant) GitHub(host rest.Host) http.Handler {
	s := t.github.service(host, "github")
	s.On("GET /github/idtoken", "RequestToken", "", func(c *rest.Call) (rest.Answer, *rest.Failure) {
		if f := t.github.authorized(c); f != nil {
			return rest.Answer{}, f
		}
		audience := c.Query("audience")
		if audience == "" {
			audience = "https://github.com/contoso"
		}
		token, f := t.github.token(c, audience)
		if f != nil {
			return rest.Answer{}, f
		}
		return rest.JSON(http.StatusOK, map[string]any{"count": len(token), "value": token}), nil
	})
	return s
}

// AzureDevOps serves the OIDC token request of Azure Pipelines.
func (t *Tenant) AzureDevOps(host rest.Host) http.Handler {
	s := t.devOps.service(host, "azuredevops")
	s.On("POST /azuredevops/oidctoken", "RequestToken", "", func(c *rest.Call) (rest.Answer, *rest.Failure) {
		if f := t.devOps.authorized(c); f != nil {
			return rest.Answer{}, f
		}
		if c.Query("api-version") == "" {
			return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", "No api-version was supplied.")
		}
		if !strings.EqualFold(c.Query("serviceConnectionId"), t.Identity.AzureDevOpsServiceConnection) {
			return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "There is no such service connection.")
		}
		token, f := t.devOps.token(c, exchangeAudience)
		if f != nil {
			return rest.Answer{}, f
		}
		return rest.JSON(http.StatusOK, map[string]string{"oidcToken": token}), nil
	})
	return s
}
