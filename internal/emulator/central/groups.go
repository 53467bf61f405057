// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// enrollmentGroup is an enrollment group of an application.
type enrollmentGroup struct {
	id          string
	displayName string
	enabled     bool
	kind        string // iot or iotEdge
	attestation string // x509 or symmetricKey
	keys        symmetricKeys
	entries     map[string]*entry // by primary and secondary; for x509
	stale       map[string]*staleEntry
	etag        string
}

type symmetricKeys struct {
	Primary   string `json:"primaryKey"`
	Secondary string `json:"secondaryKey"`
}

const (
	attestationX509 = "x509"
	attestationKeys = "symmetricKey"
	mediaJSON       = "application/json"
	mediaMergePatch = "application/merge-patch+json"
)

// groupID is the form of an enrollment group's ID, which is case-sensitive.
var groupID = regexp.MustCompile(`^[a-zA-Z0-9-]{1,255}$`)

func addGroups(s *rest.Service[*call]) {
	const path = "/api/enrollmentGroups"
	s.On("GET "+path, "EnrollmentGroups_List", "read", listGroups)
	s.On("GET "+path+"/{group}", "EnrollmentGroups_Get", "read", getGroup)
	s.On("PUT "+path+"/{group}", "EnrollmentGroups_Create", "write", putGroup)
	s.On("PATCH "+path+"/{group}", "EnrollmentGroups_Update", "write", patchGroup)
	s.On("DELETE "+path+"/{group}", "EnrollmentGroups_Remove", "write", deleteGroup)
}

func listGroups(c *call) (rest.Answer, *rest.Failure) {
	groups := c.app.groups
	var next string
	if size := c.s.behavior.PageSize; size > 0 {
		start := 0
		if token := c.Query("$skiptoken"); token != "" {
			n, err := strconv.Atoi(token)
			if err != nil || n < 0 {
				return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", "The continuation token is not valid.")
			}
			start = min(n, len(groups))
		}
		end := min(start+size, len(groups))
		if end < len(groups) {
			query := url.Values{"api-version": {c.Query("api-version")}, "$skiptoken": {strconv.Itoa(end)}}
			next = "https://" + c.Request.Host + "/api/enrollmentGroups?" + query.Encode()
		}
		groups = groups[start:end]
	}
	list := struct {
		Value    []groupBody `json:"value"`
		NextLink string      `json:"nextLink,omitempty"`
	}{Value: []groupBody{}, NextLink: next}
	for _, g := range groups {
		list.Value = append(list.Value, c.groupBody(g))
	}
	return rest.JSON(http.StatusOK, list), nil
}

func getGroup(c *call) (rest.Answer, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, c.groupBody(g)), nil
}

// putGroup creates a group, or updates it where it exists: without touching its certificates.
func putGroup(c *call) (rest.Answer, *rest.Failure) {
	body, f := c.readBody(mediaJSON)
	if f != nil {
		return rest.Answer{}, f
	}
	id := c.Path("group")
	if !groupID.MatchString(id) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "BadRequest", "The enrollment group ID may have letters, digits and hyphens.")
	}
	body.Require("displayName", "type", "attestation")
	attestation := body.Inner("attestation")
	attestation.Require("type")
	g := &enrollmentGroup{
		id:          id,
		displayName: body.Text("displayName"),
		enabled:     !body.Given("enabled") || body.Boolean("enabled"),
		kind:        body.OneOf("type", "iot", "iotEdge"),
		attestation: attestation.OneOf("type", attestationX509, attestationKeys),
		entries:     map[string]*entry{},
		stale:       map[string]*staleEntry{},
	}
	etag := body.Text("etag")
	keys := attestation.Inner(attestationKeys)
	if attestation.Given(attestationKeys) {
		keys.Require("primaryKey", "secondaryKey")
		g.keys = symmetricKeys{keys.Text("primaryKey"), keys.Text("secondaryKey")}
	}
	if err := rest.FirstProblem(body, attestation, keys); err != nil {
		return rest.Answer{}, unprocessable(err)
	}
	old := c.findGroup(id)
	if f := c.checkUpsert(old, g, etag); f != nil {
		return rest.Answer{}, f
	}
	if old != nil {
		g.entries, g.stale = maps.Clone(old.entries), old.stale
		if g.keys == (symmetricKeys{}) {
			g.keys = old.keys
		}
	}
	if f := c.completeKeys(g); f != nil {
		return rest.Answer{}, f
	}
	if c.s.behavior.GroupCertificatesStored && g.attestation == attestationX509 {
		if f := c.storeGroupCertificates(g, attestation); f != nil {
			return rest.Answer{}, f
		}
	}
	g.etag = c.app.etags.New(c.Now)
	if old != nil {
		*old = *g
	} else {
		c.app.groups = append(c.app.groups, g)
	}
	return rest.JSON(http.StatusOK, c.groupBody(g)), nil
}

// checkUpsert says whether a PUT may replace the group that exists, if any.
func (c *call) checkUpsert(old, wanted *enrollmentGroup, etag string) *rest.Failure {
	switch {
	case old == nil:
		return nil
	case c.s.behavior.ExistingGroupConflicts:
		return rest.Fail(http.StatusConflict, "Conflict", "The enrollment group already exists.")
	case old.kind != wanted.kind || old.attestation != wanted.attestation:
		return unprocessable(errors.New("type and attestation of an enrollment group cannot change"))
	}
	return c.checkBodyETag(etag, old.etag)
}

func (c *call) checkBodyETag(got, want string) *rest.Failure {
	if got != "" && got != want && !c.s.behavior.BodyETagIgnored {
		return preconditionFailed()
	}
	return nil
}

func preconditionFailed() *rest.Failure {
	return rest.Fail(http.StatusPreconditionFailed, "PreconditionFailed", "The etag does not match.")
}

// completeKeys makes the keys of a symmetric key group where none were sent. The same keys in two groups of an
// application are a conflict.
func (c *call) completeKeys(g *enrollmentGroup) *rest.Failure {
	if g.attestation != attestationKeys {
		g.keys = symmetricKeys{}
		return nil
	}
	if g.keys == (symmetricKeys{}) {
		g.keys = newSymmetricKeys()
	}
	for _, other := range c.app.groups {
		if other.id != g.id && other.attestation == attestationKeys && other.keys == g.keys {
			return rest.Fail(http.StatusConflict, "Conflict", "Another enrollment group has the same keys.")
		}
	}
	return nil
}

func newSymmetricKeys() symmetricKeys {
	return symmetricKeys{base64.StdEncoding.EncodeToString(pki.RandomBytes(64)), base64.StdEncoding.EncodeToString(pki.RandomBytes(64))}
}

// patchGroup merges a patch into a group. Its type and its attestation cannot change.
func patchGroup(c *call) (rest.Answer, *rest.Failure) {
	types := []string{mediaMergePatch, mediaJSON}
	if c.s.behavior.MergePatchOnly {
		types = types[:1]
	}
	body, f := c.readBody(types...)
	if f != nil {
		return rest.Answer{}, f
	}
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	if c.preview() && !etagMatches(c.Request.Header.Get("If-Match"), g.etag) {
		return rest.Answer{}, preconditionFailed()
	}
	displayName, enabled, etag := body.Text("displayName"), body.Boolean("enabled"), body.Text("etag")
	kind, attestation := body.Text("type"), body.Inner("attestation")
	attestationType := attestation.Text("type")
	if err := rest.FirstProblem(body, attestation); err != nil {
		return rest.Answer{}, unprocessable(err)
	}
	if body.Null("displayName") || body.Null("type") || body.Null("attestation") {
		return rest.Answer{}, unprocessable(errors.New("displayName, type and attestation cannot be removed"))
	}
	changes := body.Has("type") && kind != g.kind ||
		body.Has("attestation") && (attestationType != "" && attestationType != g.attestation || attestation.Len() > 1)
	if changes && c.s.behavior.ImmutablePatch == PatchRefused {
		return rest.Answer{}, unprocessable(errors.New("type and attestation of an enrollment group cannot change"))
	}
	if f := c.checkBodyETag(etag, g.etag); f != nil {
		return rest.Answer{}, f
	}
	if body.Has("displayName") {
		g.displayName = displayName
	}
	if body.Has("enabled") {
		g.enabled = enabled || body.Null("enabled") // true is the default, to which null goes back
	}
	g.etag = c.app.etags.New(c.Now)
	return rest.JSON(http.StatusOK, c.groupBody(g)), nil
}

// etagMatches reports whether an If-Match header, which may be absent, holds the etag, quoted or not, or *.
func etagMatches(header, etag string) bool {
	if header == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(header, ","), func(candidate string) bool {
		candidate = strings.TrimSpace(candidate)
		return candidate == "*" || candidate == etag || candidate == fmt.Sprintf("%q", etag)
	})
}

func deleteGroup(c *call) (rest.Answer, *rest.Failure) {
	g, f := c.group()
	if f != nil {
		return rest.Answer{}, f
	}
	c.app.groups = slices.DeleteFunc(c.app.groups, func(other *enrollmentGroup) bool { return other == g })
	return rest.Empty(http.StatusNoContent), nil
}

// group returns the group that the path names.
func (c *call) group() (*enrollmentGroup, *rest.Failure) {
	if g := c.findGroup(c.Path("group")); g != nil {
		return g, nil
	}
	return nil, rest.Fail(http.StatusNotFound, "NotFound", "The enrollment group '"+c.Path("group")+"' was not found.")
}

func (c *call) findGroup(id string) *enrollmentGroup {
	for _, g := range c.app.groups {
		if g.id == id {
			return g
		}
	}
	return nil
}

// groupBody is a group as answers show it. Symmetric keys are shown in clear.
type groupBody struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Enabled     bool            `json:"enabled"`
	Type        string          `json:"type"`
	Attestation attestationBody `json:"attestation"`
	ETag        string          `json:"etag"`
	IDScope     string          `json:"idScope,omitempty"` // in 2022-10-31-preview alone
}

type attestationBody struct {
	Type         string         `json:"type"`
	SymmetricKey *symmetricKeys `json:"symmetricKey,omitempty"`
	X509         *x509Body      `json:"x509,omitempty"`
}

type x509Body struct {
	SigningCertificates map[string]any `json:"signingCertificates"`
}

func (c *call) groupBody(g *enrollmentGroup) groupBody {
	body := groupBody{
		ID:          g.id,
		DisplayName: g.displayName,
		Enabled:     g.enabled,
		Type:        g.kind,
		Attestation: attestationBody{Type: g.attestation},
		ETag:        g.etag,
	}
	if c.preview() {
		body.IDScope = c.app.IDScope
	}
	if g.attestation == attestationKeys {
		keys := g.keys
		body.Attestation.SymmetricKey = &keys
		return body
	}
	body.Attestation.X509 = &x509Body{SigningCertificates: map[string]any{}}
	for name, entry := range g.entries {
		switch whole := c.entryBody(entry); c.s.behavior.GroupShows {
		case ShowsNothing:
		case ShowsPart:
			body.Attestation.X509.SigningCertificates[name] = map[string]any{"info": whole.Info}
		default:
			body.Attestation.X509.SigningCertificates[name] = whole
		}
	}
	return body
}
