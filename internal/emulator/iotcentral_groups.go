// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

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

func (e *Emulator) addGroups(s *service) {
	const path = "/api/enrollmentGroups"
	s.on("GET "+path, "EnrollmentGroups_List", "read", listGroups)
	s.on("GET "+path+"/{group}", "EnrollmentGroups_Get", "read", getGroup)
	s.on("PUT "+path+"/{group}", "EnrollmentGroups_Create", "write", putGroup)
	s.on("PATCH "+path+"/{group}", "EnrollmentGroups_Update", "write", patchGroup)
	s.on("DELETE "+path+"/{group}", "EnrollmentGroups_Remove", "write", deleteGroup)
}

func listGroups(c *call) (answer, *failure) {
	groups := c.app.groups
	var next string
	if size := c.behavior().PageSize; size > 0 {
		start := 0
		if token := c.query("$skiptoken"); token != "" {
			n, err := strconv.Atoi(token)
			if err != nil || n < 0 {
				return answer{}, fail(http.StatusBadRequest, "BadRequest", "The continuation token is not valid.")
			}
			start = min(n, len(groups))
		}
		end := min(start+size, len(groups))
		if end < len(groups) {
			query := url.Values{"api-version": {c.query("api-version")}, "$skiptoken": {strconv.Itoa(end)}}
			next = "https://" + c.r.Host + "/api/enrollmentGroups?" + query.Encode()
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
	return jsonAnswer(http.StatusOK, list), nil
}

func getGroup(c *call) (answer, *failure) {
	g, f := c.group()
	if f != nil {
		return answer{}, f
	}
	return jsonAnswer(http.StatusOK, c.groupBody(g)), nil
}

// putGroup creates a group, or updates it where it exists: without touching its certificates.
func putGroup(c *call) (answer, *failure) {
	body, f := c.centralBody(mediaJSON)
	if f != nil {
		return answer{}, f
	}
	id := c.path("group")
	if !groupID.MatchString(id) {
		return answer{}, fail(http.StatusBadRequest, "BadRequest", "The enrollment group ID may have letters, digits and hyphens.")
	}
	body.require("displayName", "type", "attestation")
	attestation := body.inner("attestation")
	attestation.require("type")
	g := &enrollmentGroup{
		id:          id,
		displayName: body.text("displayName"),
		enabled:     !body.given("enabled") || body.boolean("enabled"),
		kind:        body.oneOf("type", "iot", "iotEdge"),
		attestation: attestation.oneOf("type", attestationX509, attestationKeys),
		entries:     map[string]*entry{},
		stale:       map[string]*staleEntry{},
	}
	etag := body.text("etag")
	keys := attestation.inner(attestationKeys)
	if attestation.given(attestationKeys) {
		keys.require("primaryKey", "secondaryKey")
		g.keys = symmetricKeys{keys.text("primaryKey"), keys.text("secondaryKey")}
	}
	if err := firstProblem(body, attestation, keys); err != nil {
		return answer{}, unprocessable(err)
	}
	old := c.findGroup(id)
	if f := c.checkUpsert(old, g, etag); f != nil {
		return answer{}, f
	}
	if old != nil {
		g.entries, g.stale = maps.Clone(old.entries), old.stale
		if g.keys == (symmetricKeys{}) {
			g.keys = old.keys
		}
	}
	if f := c.completeKeys(g); f != nil {
		return answer{}, f
	}
	if c.behavior().GroupCertificatesStored && g.attestation == attestationX509 {
		if f := c.storeGroupCertificates(g, attestation); f != nil {
			return answer{}, f
		}
	}
	g.etag = c.app.newETag(c.now)
	if old != nil {
		*old = *g
	} else {
		c.app.groups = append(c.app.groups, g)
	}
	return jsonAnswer(http.StatusOK, c.groupBody(g)), nil
}

// checkUpsert says whether a PUT may replace the group that exists, if any.
func (c *call) checkUpsert(old, wanted *enrollmentGroup, etag string) *failure {
	switch {
	case old == nil:
		return nil
	case c.behavior().ExistingGroupConflicts:
		return fail(http.StatusConflict, "Conflict", "The enrollment group already exists.")
	case old.kind != wanted.kind || old.attestation != wanted.attestation:
		return unprocessable(errors.New("type and attestation of an enrollment group cannot change"))
	}
	return c.checkBodyETag(etag, old.etag)
}

func (c *call) checkBodyETag(got, want string) *failure {
	if got != "" && got != want && !c.behavior().BodyETagIgnored {
		return preconditionFailed()
	}
	return nil
}

func preconditionFailed() *failure {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed", "The etag does not match.")
}

// completeKeys makes the keys of a symmetric key group where none were sent. The same keys in two groups of an
// application are a conflict.
func (c *call) completeKeys(g *enrollmentGroup) *failure {
	if g.attestation != attestationKeys {
		g.keys = symmetricKeys{}
		return nil
	}
	if g.keys == (symmetricKeys{}) {
		g.keys = newSymmetricKeys()
	}
	for _, other := range c.app.groups {
		if other.id != g.id && other.attestation == attestationKeys && other.keys == g.keys {
			return fail(http.StatusConflict, "Conflict", "Another enrollment group has the same keys.")
		}
	}
	return nil
}

func newSymmetricKeys() symmetricKeys {
	return symmetricKeys{base64.StdEncoding.EncodeToString(randomBytes(64)), base64.StdEncoding.EncodeToString(randomBytes(64))}
}

// patchGroup merges a patch into a group. Its type and its attestation cannot change.
func patchGroup(c *call) (answer, *failure) {
	types := []string{mediaMergePatch, mediaJSON}
	if c.behavior().MergePatchOnly {
		types = types[:1]
	}
	body, f := c.centralBody(types...)
	if f != nil {
		return answer{}, f
	}
	g, f := c.group()
	if f != nil {
		return answer{}, f
	}
	if c.preview() && !etagMatches(c.r.Header.Get("If-Match"), g.etag) {
		return answer{}, preconditionFailed()
	}
	displayName, enabled, etag := body.text("displayName"), body.boolean("enabled"), body.text("etag")
	kind, attestation := body.text("type"), body.inner("attestation")
	attestationType := attestation.text("type")
	if err := firstProblem(body, attestation); err != nil {
		return answer{}, unprocessable(err)
	}
	if body.null("displayName") || body.null("type") || body.null("attestation") {
		return answer{}, unprocessable(errors.New("displayName, type and attestation cannot be removed"))
	}
	changes := body.has("type") && kind != g.kind ||
		body.has("attestation") && (attestationType != "" && attestationType != g.attestation || len(attestation.members) > 1)
	if changes && c.behavior().ImmutablePatch == PatchRefused {
		return answer{}, unprocessable(errors.New("type and attestation of an enrollment group cannot change"))
	}
	if f := c.checkBodyETag(etag, g.etag); f != nil {
		return answer{}, f
	}
	if body.has("displayName") {
		g.displayName = displayName
	}
	if body.has("enabled") {
		g.enabled = enabled || body.null("enabled") // true is the default, to which null goes back
	}
	g.etag = c.app.newETag(c.now)
	return jsonAnswer(http.StatusOK, c.groupBody(g)), nil
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

func deleteGroup(c *call) (answer, *failure) {
	g, f := c.group()
	if f != nil {
		return answer{}, f
	}
	c.app.groups = slices.DeleteFunc(c.app.groups, func(other *enrollmentGroup) bool { return other == g })
	return emptyAnswer(http.StatusNoContent), nil
}

// group returns the group that the path names.
func (c *call) group() (*enrollmentGroup, *failure) {
	if g := c.findGroup(c.path("group")); g != nil {
		return g, nil
	}
	return nil, fail(http.StatusNotFound, "NotFound", "The enrollment group '"+c.path("group")+"' was not found.")
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
	SigningCertificates map[string]entryBody `json:"signingCertificates"`
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
		body.IDScope = c.app.idScope
	}
	if g.attestation == attestationKeys {
		keys := g.keys
		body.Attestation.SymmetricKey = &keys
		return body
	}
	body.Attestation.X509 = &x509Body{SigningCertificates: map[string]entryBody{}}
	if !c.behavior().GroupWithoutCertificates {
		for name, entry := range g.entries {
			body.Attestation.X509.SigningCertificates[name] = c.entryBody(entry)
		}
	}
	return body
}
