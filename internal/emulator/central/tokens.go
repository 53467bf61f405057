// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// sasScheme begins an Authorization header that holds an API token. The token is the whole header value.
const sasScheme = "SharedAccessSignature "

// apiTokenLife is how long an API token can be used: about a year.
const apiTokenLife = 365 * 24 * time.Hour

// apiToken is an API token of an application. Its value is shown once and not kept.
type apiToken struct {
	id     string
	roles  []string
	expiry time.Time
}

// centralRoles are the roles of a default application, and what they may do with enrollment groups: managing them takes
// the permission that manages device connectivity, which operators do not have.
var centralRoles = map[string]entra.Level{
	"ca310b8d-2f4a-44e0-a36e-957c202cd8d4": entra.Everything, // App Administrator
	appBuilder:                             entra.Everything,
	appOperator:                            entra.Nothing,
	groupReader:                            entra.Reading,
}

const appAdministrator = "ca310b8d-2f4a-44e0-a36e-957c202cd8d4"

var apiTokenID = regexp.MustCompile(`^[a-zA-Z0-9-]{1,50}$`)

func addAPITokens(s *rest.Service[*call]) {
	const path = "/api/apiTokens"
	s.On("GET "+path, "ApiTokens_List", "read", listAPITokens)
	s.On("GET "+path+"/{token}", "ApiTokens_Get", "read", getAPIToken)
	s.On("PUT "+path+"/{token}", "ApiTokens_Create", "write", putAPIToken)
	s.On("DELETE "+path+"/{token}", "ApiTokens_Remove", "write", deleteAPIToken)
}

// signAPIToken makes the value of an API token. Its expiry is in milliseconds.
func (app *Application) signAPIToken(t *apiToken) string {
	milliseconds := strconv.FormatInt(t.expiry.UnixMilli(), 10)
	return fmt.Sprintf("%ssr=%s&sig=%s&skn=%s&se=%s", sasScheme, app.ID,
		url.QueryEscape(app.signature(t.id, milliseconds)), t.id, milliseconds)
}

func (app *Application) signature(id, milliseconds string) string {
	mac := hmac.New(sha256.New, app.secret)
	_, _ = mac.Write([]byte(app.ID + "\n" + id + "\n" + milliseconds)) // never fails
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// checkAPIToken returns what the holder of an API token may do.
func (app *Application) checkAPIToken(authorization string, now time.Time) (entra.Level, error) {
	parts, err := url.ParseQuery(strings.TrimPrefix(authorization, sasScheme))
	if err != nil {
		return entra.Nothing, errors.New("the API token cannot be read")
	}
	id, expiry := parts.Get("skn"), parts.Get("se")
	want := app.signature(id, expiry)
	if parts.Get("sr") != app.ID || !hmac.Equal([]byte(parts.Get("sig")), []byte(want)) {
		return entra.Nothing, errors.New("the API token is not one of this application")
	}
	milliseconds, err := strconv.ParseInt(expiry, 10, 64)
	if err != nil || !now.Before(time.UnixMilli(milliseconds)) {
		return entra.Nothing, errors.New("the API token has expired")
	}
	known := app.findAPIToken(id)
	if known == nil {
		return entra.Nothing, errors.New("the API token was removed")
	}
	granted := entra.Nothing
	for _, role := range known.roles {
		granted = max(granted, centralRoles[role])
	}
	return granted, nil
}

func (app *Application) findAPIToken(id string) *apiToken {
	for _, t := range app.tokens {
		if t.id == id {
			return t
		}
	}
	return nil
}

// body shows the token, with its value right after it was made and never again.
func (t *apiToken) body(value string) any {
	roles := []map[string]string{}
	for _, role := range t.roles {
		roles = append(roles, map[string]string{"role": role})
	}
	body := map[string]any{"id": t.id, "roles": roles, "expiry": t.expiry.UTC().Format(time.RFC3339Nano)}
	if value != "" {
		body["token"] = value
	}
	return body
}

func listAPITokens(c *call) (rest.Answer, *rest.Failure) {
	items := []any{}
	for _, t := range c.app.tokens {
		items = append(items, t.body(""))
	}
	return rest.JSON(http.StatusOK, map[string]any{"value": items}), nil
}

func getAPIToken(c *call) (rest.Answer, *rest.Failure) {
	if t := c.app.findAPIToken(c.Path("token")); t != nil {
		return rest.JSON(http.StatusOK, t.body("")), nil
	}
	return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The API token '"+c.Path("token")+"' was not found.")
}

func putAPIToken(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody(mediaJSON)
	if f != nil {
		return rest.Answer{}, f
	}
	id := c.Path("token")
	if !apiTokenID.MatchString(id) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", "The ID of an API token may have letters, digits and hyphens.")
	}
	roles := []string{}
	for _, assignment := range rest.Member[[]struct {
		Role string `json:"role"`
	}](body, "roles", "an array of role assignments") {
		if _, known := centralRoles[assignment.Role]; !known {
			return rest.Answer{}, unprocessable(fmt.Errorf("there is no role %q", assignment.Role))
		}
		roles = append(roles, assignment.Role)
	}
	if err := rest.FirstProblem(body); err != nil {
		return rest.Answer{}, unprocessable(err)
	}
	if len(roles) == 0 {
		return rest.Answer{}, unprocessable(errors.New("roles must have at least one role"))
	}
	if c.app.findAPIToken(id) != nil {
		return rest.Answer{}, rest.Fail(http.StatusConflict, "Conflict", "The API token already exists.")
	}
	t := &apiToken{id: id, roles: roles, expiry: c.s.tenant.Now().Add(apiTokenLife)}
	c.app.tokens = append(c.app.tokens, t)
	return rest.JSON(http.StatusOK, t.body(c.app.signAPIToken(t))), nil
}

func deleteAPIToken(c *call) (rest.Answer, *rest.Failure) {
	t := c.app.findAPIToken(c.Path("token"))
	if t == nil {
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The API token '"+c.Path("token")+"' was not found.")
	}
	c.app.tokens = slices.DeleteFunc(c.app.tokens, func(other *apiToken) bool { return other == t })
	return rest.Empty(http.StatusNoContent), nil
}
