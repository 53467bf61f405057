// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs/certstest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	thumbprintA = "0123456789ABCDEF0123456789ABCDEF01234567"
	thumbprintB = "89ABCDEF0123456789ABCDEF0123456789ABCDEF"
)

// paths answers each request by its method and path below /api, and writes down which
// ones were made. What is missing is not found.
type paths struct {
	mutex   sync.Mutex
	answers map[string]answer
	asked   []string
	// before, if set, runs before each request is answered.
	before func(asked string)
}

func (p *paths) Do(request *http.Request) (*http.Response, error) {
	asked := request.Method + " " + strings.TrimPrefix(request.URL.Path, "/api/enrollmentGroups")
	if p.before != nil {
		p.before(asked)
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.asked = append(p.asked, asked)
	found, ok := p.answers[asked]
	if !ok {
		found = answer{http.StatusNotFound, ``}
	}

	return &http.Response{StatusCode: found.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(found.body)), Request: request}, nil
}

// want checks which requests were made since the last look.
func (p *paths) want(t *testing.T, what string, want ...string) {
	t.Helper()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !slices.Equal(p.asked, want) {
		t.Errorf("%s: asked %q, want %q", what, p.asked, want)
	}
	p.asked = nil
}

// newPaths returns a client for an application that gives these answers.
func newPaths(answers map[string]answer) (*iotcentral.Client, *paths) {
	served := &paths{answers: answers}
	client := transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served},
		transport.Header{Name: "Authorization", Value: "Bearer x"}, nil)

	return iotcentral.New(client, iotcentral.APIVersionPreview, time.Now), served
}

// listedGroup is sphere-Devices as a list shows it, with these signing certificates.
func listedGroup(certificates string) string {
	return `{"id":"sphere-Devices","displayName":"Sphere","enabled":true,"type":"iot","idScope":"0ne0012345A",` +
		`"attestation":{"type":"x509","x509":{"signingCertificates":` + certificates + `}}}`
}

func list(groups ...string) answer {
	return answer{http.StatusOK, `{"value":[` + strings.Join(groups, ",") + `]}`}
}

func entryBody(thumbprint string, verified bool) string {
	return fmt.Sprintf(`{"verified":%t,"info":{"sha1Thumbprint":%q},"etag":"x"}`, verified, thumbprint)
}

func verified(thumbprint string) iotcentral.SigningCertificate {
	return iotcentral.SigningCertificate{Thumbprint: certstest.Thumbprint(thumbprint), Verified: true}
}

const (
	getGroup     = "GET /sphere-Devices"
	getPrimary   = "GET /sphere-Devices/certificates/primary"
	getSecondary = "GET /sphere-Devices/certificates/secondary"
	putPrimary   = "PUT /sphere-Devices/certificates/primary"
	getList      = "GET "
)

func TestShared_oneListServesForAllGroups(t *testing.T) {
	t.Parallel()
	client, served := newPaths(map[string]answer{getList: list(listedGroup(`{}`), strings.ReplaceAll(listedGroup(`{}`), "sphere-Devices", "other"))})
	for range 2 {
		for _, name := range []string{"sphere-Devices", "other"} {
			found, err := client.Shared().Group(t.Context(), iotcentral.GroupID{Host: host, Group: name})
			if err != nil || found.ID != name || found.IDScope == "" {
				t.Errorf("%s: got %+v, %v", name, found, err)
			}
		}
		if groups, err := client.Shared().Groups(t.Context(), host); err != nil || len(groups) != 2 {
			t.Errorf("got %d groups, %v", len(groups), err)
		}
	}
	served.want(t, "all reads", getList)
}

// TestShared_whatAListDoesNotShowIsReadByItself: only the group says that it is gone,
// and only it says what the list leaves out.
func TestShared_whatAListDoesNotShowIsReadByItself(t *testing.T) {
	t.Parallel()
	symmetric := `{"id":"sphere-Devices","displayName":"S","type":"iot","idScope":"0ne0012345A","attestation":{"type":"symmetricKey"%s}}`
	keys := `,"symmetricKey":{"primaryKey":"p","secondaryKey":"s"}`
	for name, test := range map[string]struct {
		list answer
		read bool
	}{
		"whole":                {list(listedGroup(`{}`)), false},
		"missing":              {list(), true},
		"in another case":      {list(strings.ReplaceAll(listedGroup(`{}`), "sphere-Devices", "Sphere-Devices")), true},
		"without an ID scope":  {list(strings.ReplaceAll(listedGroup(`{}`), "0ne0012345A", "")), true},
		"without a type":       {list(strings.ReplaceAll(listedGroup(`{}`), `"type":"iot"`, `"type":""`)), true},
		"without keys":         {list(fmt.Sprintf(symmetric, "")), true},
		"with keys":            {list(fmt.Sprintf(symmetric, keys)), false},
		"a list that is none":  {answer{http.StatusOK, `<html>Sign in</html>`}, true},
		"a list that is taboo": {answer{http.StatusForbidden, ``}, true},
		"no list":              {answer{http.StatusNotFound, ``}, true},
	} {
		client, served := newPaths(map[string]answer{getList: test.list, getGroup: {http.StatusOK, wholeGroup}})
		want := []string{getList}
		if test.read {
			want = append(want, getGroup)
		}
		for range 2 {
			if found, err := client.Shared().Group(t.Context(), group()); err != nil || found.ID != "sphere-Devices" {
				t.Errorf("%s: got %+v, %v", name, found, err)
			}
		}
		served.want(t, name, want...)
	}

	client, served := newPaths(map[string]answer{getList: list()})
	for range 2 {
		if _, err := client.Shared().Group(t.Context(), group()); !transport.IsNotFound(err) {
			t.Errorf("a group that is gone: %v", err)
		}
	}
	served.want(t, "a group that is gone", getList, getGroup)
}

// TestShared_aListServesForEntriesThatItShowsWhole: whether the service shows anything
// of them there is not known.
func TestShared_aListServesForEntriesThatItShowsWhole(t *testing.T) {
	t.Parallel()
	whole, open := entryBody(thumbprintA, true), entryBody(thumbprintA, false)
	for name, test := range map[string]struct {
		certificates string
		// primary and secondary say that the entry is read.
		primary, secondary bool
		listed             bool
	}{
		"both":                     {`{"primary":` + whole + `,"secondary":` + entryBody(thumbprintB, true) + `}`, false, false, true},
		"primary alone":            {`{"primary":` + whole + `}`, false, false, true},
		"one is not verified":      {`{"primary":` + open + `,"secondary":` + whole + `}`, true, false, true},
		"empty":                    {`{}`, true, true, false},
		"null":                     {`null`, true, true, false},
		"no object":                {`[1]`, true, true, false},
		"an empty member":          {`{"primary":{}}`, true, true, false},
		"a member that is null":    {`{"primary":null}`, true, true, false},
		"without verified":         {`{"primary":{"info":{"sha1Thumbprint":"` + thumbprintA + `"}}}`, true, true, false},
		"without a thumbprint":     {`{"primary":{"verified":true}}`, true, true, false},
		"a thumbprint that is odd": {`{"primary":{"verified":true,"info":{"sha1Thumbprint":"x"}}}`, true, true, false},
		"whole and partial":        {`{"primary":` + whole + `,"secondary":{}}`, false, true, true},
		"verified is no boolean":   {`{"primary":{"verified":"yes","info":{"sha1Thumbprint":"` + thumbprintA + `"}}}`, true, true, false},
	} {
		client, served := newPaths(map[string]answer{
			getList: list(listedGroup(test.certificates)), getPrimary: {http.StatusOK, whole}, getSecondary: {http.StatusNotFound, ``},
		})
		want := []string{getList}
		if test.primary {
			want = append(want, getPrimary)
		}
		if test.secondary {
			want = append(want, getSecondary)
		}
		for range 2 {
			found, listed, err := client.Shared().Entries(t.Context(), group())
			if err != nil || listed != test.listed && len(served.asked) > 0 || found[iotcentral.Primary] != verified(thumbprintA) {
				t.Errorf("%s: got %v, listed %t, %v", name, found, listed, err)
			}
		}
		served.want(t, name, want...)

		// One entry alone: one that the list does not show need not be empty.
		served.answers[getSecondary] = answer{http.StatusOK, entryBody(thumbprintB, true)}
		client, _ = newPaths(served.answers)
		if found, err := client.Shared().Certificate(t.Context(), group().Certificate(iotcentral.Secondary)); err != nil || !found.Verified {
			t.Errorf("%s: the secondary entry is %v, %v", name, found, err)
		}
	}
}

// TestShared_anEntryThatAListShowsUnverifiedIsReadByItself: the list may lag.
func TestShared_anEntryThatAListShowsUnverifiedIsReadByItself(t *testing.T) {
	t.Parallel()
	client, served := newPaths(map[string]answer{
		getList: list(listedGroup(`{"primary":` + entryBody(thumbprintA, false) + `}`)), getPrimary: {http.StatusOK, entryBody(thumbprintA, true)},
	})
	if found, err := client.Shared().Certificate(t.Context(), primary()); err != nil || found != verified(thumbprintA) {
		t.Errorf("got %v, %v", found, err)
	}
	served.want(t, "all", getList, getPrimary)
}

func TestShared_readEntriesDoesNotGoByTheList(t *testing.T) {
	t.Parallel()
	client, served := newPaths(map[string]answer{
		getList: list(listedGroup(`{"primary":` + entryBody(thumbprintA, true) + `}`)), getPrimary: {http.StatusOK, entryBody(thumbprintB, true)},
	})
	if _, listed, err := client.Shared().Entries(t.Context(), group()); !listed || err != nil {
		t.Fatalf("listed %t, %v", listed, err)
	}
	found, err := client.Shared().ReadEntries(t.Context(), group())
	if err != nil || len(found) != 1 || found[iotcentral.Primary] != verified(thumbprintB) {
		t.Errorf("got %v, %v", found, err)
	}
	served.want(t, "all", getList, getPrimary, getSecondary)
}

// TestShared_writesAreSeen: what a write may have changed is asked for again, and
// nothing else.
func TestShared_writesAreSeen(t *testing.T) {
	t.Parallel()
	ca := certificate(t)
	other := iotcentral.GroupID{Host: host, Group: "other"}
	for name, test := range map[string]struct {
		write func(t *testing.T, client *iotcentral.Client)
		// group and entry say that these are read again.
		group, entry bool
	}{
		"put the group": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_, _ = client.PutGroup(t.Context(), group(), sphereGroup())
		}, false, true}, // The answer says what the group is like now.
		"update the group": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_ = client.UpdateGroup(t.Context(), group(), iotcentral.EnrollmentGroupPatch{})
		}, true, true},
		"delete the group": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_ = client.DeleteGroup(t.Context(), group())
		}, true, true},
		"put the certificate": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_, _ = client.PutCertificate(t.Context(), primary(), ca, false)
		}, true, false}, // The answer says what the entry holds now.
		"delete the certificate": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_ = client.DeleteCertificate(t.Context(), primary())
		}, true, true},
		"generate a code": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_, _ = client.GenerateVerificationCode(t.Context(), primary())
		}, true, true},
		"verify": {func(t *testing.T, client *iotcentral.Client) {
			t.Helper()
			_ = client.Verify(t.Context(), primary(), ca)
		}, true, true},
	} {
		client, served := newPaths(map[string]answer{
			getList:  list(listedGroup(`{}`), strings.ReplaceAll(listedGroup(`{}`), "sphere-Devices", "other")),
			getGroup: {http.StatusOK, wholeGroup}, getPrimary: {http.StatusOK, entryBody(thumbprintA, true)},
			"PUT /sphere-Devices": {http.StatusOK, wholeGroup}, "PATCH /sphere-Devices": {http.StatusOK, wholeGroup},
			"DELETE /sphere-Devices": {http.StatusNoContent, ``}, "DELETE /sphere-Devices/certificates/primary": {http.StatusNoContent, ``},
			putPrimary: {http.StatusOK, stored(ca, false)},
			"POST /sphere-Devices/certificates/primary/generateVerificationCode": {http.StatusOK, `{"verificationCode":"X"}`},
			"POST /sphere-Devices/certificates/primary/verify":                   {http.StatusNoContent, ``},
		})
		read := func() {
			for _, id := range []iotcentral.GroupID{group(), other} {
				if _, err := client.Shared().Group(t.Context(), id); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := client.Shared().Certificate(t.Context(), primary()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		read()
		test.write(t, client)
		served.asked = nil
		read()
		read()
		var want []string
		if test.group {
			want = append(want, getGroup)
		}
		if test.entry {
			want = append(want, getPrimary)
		}
		served.want(t, name, want...)
		if _, err := client.Shared().Groups(t.Context(), host); err != nil {
			t.Error(err)
		}
		served.want(t, name+", all groups", getList)
	}
}

// TestShared_aReadThatAWriteOvertakesIsNotKept: its answer may be from before.
func TestShared_aReadThatAWriteOvertakesIsNotKept(t *testing.T) {
	t.Parallel()
	client, served := newPaths(map[string]answer{getList: list(), getPrimary: {http.StatusOK, entryBody(thumbprintA, true)}})
	served.before = func(asked string) {
		if asked == getPrimary {
			served.before = nil
			_ = client.DeleteCertificate(t.Context(), primary())
		}
	}
	for range 2 {
		if _, err := client.Shared().Certificate(t.Context(), primary()); err != nil {
			t.Fatal(err)
		}
	}
	served.want(t, "all", getList, "DELETE /sphere-Devices/certificates/primary", getPrimary, getPrimary, getPrimary)
}

func TestShared_answersGrowOld(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, served := newPaths(map[string]answer{getList: list(listedGroup(`{}`)), getPrimary: {http.StatusOK, entryBody(thumbprintA, true)}})
		read := func() {
			_, _ = client.Shared().Group(t.Context(), group())
			_, _ = client.Shared().Certificate(t.Context(), primary())
		}
		read()
		time.Sleep(9*time.Minute + 59*time.Second)
		read()
		served.want(t, "within ten minutes", getList, getPrimary)
		time.Sleep(time.Second)
		read()
		served.want(t, "after ten minutes", getList, getPrimary)
	})
}

// TestShared_callersAtTheSameTimeShareARequest: Terraform reads ten resources at a time.
func TestShared_callersAtTheSameTimeShareARequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, served := newPaths(map[string]answer{getList: list(listedGroup(`{}`)), getPrimary: {http.StatusOK, entryBody(thumbprintA, true)}})
		served.before = func(string) { time.Sleep(time.Second) }
		var callers sync.WaitGroup
		for range 10 {
			callers.Go(func() {
				_, _ = client.Shared().Group(t.Context(), group())
				_, _ = client.Shared().Certificate(t.Context(), primary())
			})
		}
		callers.Wait()
		served.want(t, "ten callers", getList, getPrimary)
	})
}

// TestLook_usesWhatWasJustRead: Terraform plans a resource once more just before it
// creates it.
func TestLook_usesWhatWasJustRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, served := newPaths(map[string]answer{getPrimary: {http.StatusOK, entryBody(thumbprintA, true)}})
		look := func() {
			found, filled, err := client.Look(t.Context(), primary())
			_, secondary, problem := client.Look(t.Context(), group().Certificate(iotcentral.Secondary))
			if found != verified(thumbprintA) || !filled || secondary || err != nil || problem != nil {
				t.Errorf("got %v, %t, %t, %v, %v", found, filled, secondary, err, problem)
			}
			if _, err := client.LookForGroup(t.Context(), group()); !transport.IsNotFound(err) {
				t.Error(err)
			}
		}
		look()
		time.Sleep(4999 * time.Millisecond)
		look()
		served.want(t, "within five seconds", getPrimary, getSecondary, getGroup)
		time.Sleep(time.Millisecond)
		look()
		served.want(t, "after five seconds", getPrimary, getSecondary, getGroup)
	})
}

// TestLook_doesNotGoByTheList: what somebody else has put there must be seen.
func TestLook_doesNotGoByTheList(t *testing.T) {
	t.Parallel()
	client, served := newPaths(map[string]answer{getList: list(listedGroup(`{"primary":` + entryBody(thumbprintA, true) + `}`)), getPrimary: {http.StatusOK, entryBody(thumbprintB, true)}})
	if _, _, err := client.Shared().Entries(t.Context(), group()); err != nil {
		t.Fatal(err)
	}
	if found, _, _ := client.Look(t.Context(), primary()); found != verified(thumbprintB) {
		t.Errorf("got %v", found)
	}
	if _, err := client.LookForGroup(t.Context(), group()); !transport.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	served.want(t, "all", getList, getPrimary, getGroup)
}

// TestLook_aGroupThatWasJustCreatedIsEmpty, unless the answer to its creation shows
// something in it.
func TestLook_aGroupThatWasJustCreatedIsEmpty(t *testing.T) {
	t.Parallel()
	for certificates, want := range map[string][]string{
		`{}`:             nil,
		`{"primary":{}}`: {getPrimary},
		`{"secondary":` + entryBody(thumbprintA, true) + `}`: {getPrimary},
	} {
		client, served := newPaths(map[string]answer{"PUT /sphere-Devices": {http.StatusOK, listedGroup(certificates)}})
		if _, err := client.PutGroup(t.Context(), group(), sphereGroup()); err != nil {
			t.Fatal(err)
		}
		served.asked = nil
		for range 2 {
			if _, filled, err := client.Look(t.Context(), primary()); filled || err != nil {
				t.Errorf("%s: filled %t, %v", certificates, filled, err)
			}
		}
		served.want(t, certificates, want...)
	}

	// A refresh goes by what the service says.
	client, served := newPaths(map[string]answer{"PUT /sphere-Devices": {http.StatusOK, listedGroup(`{}`)}, getList: list()})
	_, _ = client.PutGroup(t.Context(), group(), sphereGroup())
	served.asked = nil
	if _, err := client.Shared().Certificate(t.Context(), primary()); !transport.IsNotFound(err) {
		t.Error(err)
	}
	served.want(t, "a refresh", getList, getPrimary)
}

// TestPutCertificate_itsAnswerCountsAsTheReadAfterIt, when it says all.
func TestPutCertificate_itsAnswerCountsAsTheReadAfterIt(t *testing.T) {
	t.Parallel()
	ca := certificate(t)
	for name, test := range map[string]struct {
		answer string
		want   []string
	}{
		"whole":            {stored(ca, false), []string{putPrimary}},
		"without verified": {`{"info":{"sha1Thumbprint":"` + ca.Thumbprint().String() + `"}}`, []string{putPrimary, getPrimary}},
		"nothing":          {`{}`, []string{putPrimary, getPrimary}},
	} {
		client, served := newPaths(map[string]answer{putPrimary: {http.StatusOK, test.answer}, getPrimary: {http.StatusOK, stored(ca, false)}})
		if _, uploaded := client.Uploaded(primary()); uploaded {
			t.Errorf("%s: uploaded before the upload", name)
		}
		if _, err := client.PutCertificate(t.Context(), primary(), ca, false); err != nil {
			t.Fatal(err)
		}
		if found, uploaded := client.Uploaded(primary()); !uploaded || found.Thumbprint != ca.Thumbprint() {
			t.Errorf("%s: %v, %t", name, found, uploaded)
		}
		if _, filled, err := client.Look(t.Context(), primary()); !filled || err != nil {
			t.Errorf("%s: %t, %v", name, filled, err)
		}
		served.want(t, name, test.want...)
		_ = client.Verify(t.Context(), primary(), ca)
		if _, uploaded := client.Uploaded(primary()); uploaded {
			t.Errorf("%s: still as uploaded after a verification", name)
		}
	}
}
