// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral_test

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

const (
	version   = "?api-version=2022-10-31-preview"
	groupsURL = "https://" + host + "/api/enrollmentGroups"
	groupURL  = groupsURL + "/sphere-Devices"

	// wholeGroup has every member of the specification, and one more.
	wholeGroup = `{"id":"sphere-Devices","displayName":"Sphere","enabled":true,"type":"iot",` +
		`"attestation":{"type":"x509","x509":{"signingCertificates":{}}},"etag":"x","idScope":"0ne0012345A","new":1}`
)

func pointer[T any](value T) *T { return &value }

func sphereGroup() iotcentral.EnrollmentGroup {
	return iotcentral.EnrollmentGroup{
		ID: "sphere-Devices", DisplayName: "Sphere", Enabled: pointer(true), Type: iotcentral.TypeIoT,
		Attestation: iotcentral.Attestation{Type: iotcentral.AttestationX509}, IDScope: "0ne0012345A",
	}
}

func TestGroup_isRead(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{http.StatusOK, wholeGroup})
	got, err := client.Group(t.Context(), group())
	if err != nil || !reflect.DeepEqual(got, sphereGroup()) {
		t.Errorf("got %+v, %v", got, err)
	}
	wantSent(t, served, sent{method: http.MethodGet, url: groupURL + version})
}

func TestGroup_withoutATypeIsAnError(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":        ``,
		"no members":     `{}`,
		"no type":        `{"id":"g","displayName":"G","attestation":{"type":"x509"}}`,
		"no attestation": `{"id":"g","displayName":"G","type":"iot"}`,
		"a sign-in page": `<html>Sign in</html>`,
	} {
		for operation, call := range map[string]func(*iotcentral.Client) error{
			"read the enrollment group": func(client *iotcentral.Client) error {
				_, err := client.Group(t.Context(), group())
				return err
			},
			"create the enrollment group": func(client *iotcentral.Client) error {
				_, err := client.PutGroup(t.Context(), group(), sphereGroup())
				return err
			},
		} {
			client, _ := serve(answer{http.StatusOK, body})
			err := call(client)
			var unreadable *transport.UnreadableError
			if !errors.As(err, &unreadable) || !strings.Contains(err.Error(), operation) {
				t.Errorf("%s, %s: got %v", name, operation, err)
			}
		}
	}
}

func TestGroup_withSymmetricKeys(t *testing.T) {
	t.Parallel()
	client, _ := serve(answer{http.StatusOK, `{"id":"g","displayName":"G","type":"iotEdge",` +
		`"attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"p","secondaryKey":"s"}}}`})
	got, err := client.Group(t.Context(), group())
	want := iotcentral.EnrollmentGroup{
		ID: "g", DisplayName: "G", Type: iotcentral.TypeIoTEdge,
		Attestation: iotcentral.Attestation{
			Type:         iotcentral.AttestationSymmetricKey,
			SymmetricKey: &iotcentral.SymmetricKey{PrimaryKey: "p", SecondaryKey: "s"},
		},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestGroups_followsPages(t *testing.T) {
	t.Parallel()
	next := groupsURL + "?token=abc"
	client, served := serve(
		answer{http.StatusOK, `{"value":[` + wholeGroup + `],"nextLink":"` + next + `"}`},
		answer{http.StatusOK, `{"value":[{"id":"b"}]}`},
	)
	got, err := client.Groups(t.Context(), host)
	if want := []iotcentral.EnrollmentGroup{sphereGroup(), {ID: "b"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	wantSent(t, served, sent{method: http.MethodGet, url: groupsURL + version}, sent{method: http.MethodGet, url: next})
}

func TestPutGroup_sendsTheGroup(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		group iotcentral.EnrollmentGroup
		body  string
	}{
		"x509": {
			iotcentral.EnrollmentGroup{DisplayName: `Sphere <"&">`, Enabled: pointer(false), Type: iotcentral.TypeIoT, Attestation: iotcentral.Attestation{Type: iotcentral.AttestationX509}},
			`{"displayName":"Sphere \u003c\"\u0026\"\u003e","enabled":false,"type":"iot","attestation":{"type":"x509"}}`,
		},
		"the service's default for enabled": {
			iotcentral.EnrollmentGroup{DisplayName: "G", Type: iotcentral.TypeIoTEdge, Attestation: iotcentral.Attestation{Type: iotcentral.AttestationSymmetricKey}},
			`{"displayName":"G","type":"iotEdge","attestation":{"type":"symmetricKey"}}`,
		},
		"keys": {
			iotcentral.EnrollmentGroup{DisplayName: "G", Enabled: pointer(true), Type: iotcentral.TypeIoT, Attestation: iotcentral.Attestation{
				Type: iotcentral.AttestationSymmetricKey, SymmetricKey: &iotcentral.SymmetricKey{PrimaryKey: "p", SecondaryKey: "s"},
			}},
			`{"displayName":"G","enabled":true,"type":"iot","attestation":{"type":"symmetricKey","symmetricKey":{"primaryKey":"p","secondaryKey":"s"}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{http.StatusOK, http.StatusCreated} {
				client, served := serve(answer{status, wholeGroup})
				got, err := client.PutGroup(t.Context(), group(), test.group)
				if err != nil || !reflect.DeepEqual(got, sphereGroup()) {
					t.Errorf("got %+v, %v", got, err)
				}
				wantSent(t, served, sent{http.MethodPut, groupURL + version, "application/json", test.body})
			}
		})
	}
}

func TestUpdateGroup_sendsAMergePatchOfWhatChanges(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patch iotcentral.EnrollmentGroupPatch
		body  string
		after string
	}{
		"both": {
			iotcentral.EnrollmentGroupPatch{DisplayName: pointer("New"), Enabled: pointer(false)},
			`{"displayName":"New","enabled":false}`,
			`"displayName":"New","enabled":false`,
		},
		"name alone":   {iotcentral.EnrollmentGroupPatch{DisplayName: pointer("")}, `{"displayName":""}`, `"displayName":"","enabled":false`},
		"enabled only": {iotcentral.EnrollmentGroupPatch{Enabled: pointer(true)}, `{"enabled":true}`, `"displayName":"Old"`},
		"nothing":      {iotcentral.EnrollmentGroupPatch{}, `{}`, `"displayName":"Old"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := `{"id":"g","type":"iot","attestation":{"type":"x509"},` + test.after + `}`
			client, served := serve(answer{http.StatusOK, after})
			if err := client.UpdateGroup(t.Context(), group(), test.patch); err != nil {
				t.Error(err)
			}
			patched := sent{http.MethodPatch, groupURL + version, "application/merge-patch+json", test.body}
			wantSent(t, served, patched)

			client, served = serve(answer{http.StatusNoContent, ``}, answer{http.StatusOK, after})
			if err := client.UpdateGroup(t.Context(), group(), test.patch); err != nil {
				t.Errorf("an answer that does not tell: %v", err)
			}
			wantSent(t, served, patched, sent{method: http.MethodGet, url: groupURL + version})
		})
	}
}

// A proxy may have answered, and the devices of a group that should be disabled go
// on enrolling.
func TestUpdateGroup_whatDoesNotShowIsAnError(t *testing.T) {
	t.Parallel()
	for name, patch := range map[string]iotcentral.EnrollmentGroupPatch{
		"enabled":      {Enabled: pointer(false)},
		"display name": {DisplayName: pointer("New")},
	} {
		for _, answers := range [][]answer{{{http.StatusOK, wholeGroup}}, {{http.StatusOK, `{}`}, {http.StatusOK, wholeGroup}}} {
			client, _ := serve(answers...)
			if err := client.UpdateGroup(t.Context(), group(), patch); err == nil || !strings.Contains(err.Error(), "the group is still as it was") {
				t.Errorf("%s, answered %q: got %v", name, answers[0].body, err)
			}
		}
	}
}

func TestDelete_takesNotFoundAsDone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		delete func(t *testing.T, client *iotcentral.Client) error
		url    string
	}{
		"group": {func(t *testing.T, client *iotcentral.Client) error {
			t.Helper()
			return client.DeleteGroup(t.Context(), group())
		}, groupURL + version},
		"certificate": {func(t *testing.T, client *iotcentral.Client) error {
			t.Helper()
			return client.DeleteCertificate(t.Context(), group().Certificate(iotcentral.Secondary))
		}, groupURL + "/certificates/secondary" + version},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for status, fine := range map[int]bool{
				http.StatusNoContent: true, http.StatusOK: true, http.StatusNotFound: true,
				http.StatusUnauthorized: false, http.StatusForbidden: false, http.StatusConflict: false,
			} {
				client, served := serve(answer{status, ""})
				err := test.delete(t, client)
				if (err == nil) != fine || (err != nil && transport.StatusCode(err) != status) {
					t.Errorf("%d: %v", status, err)
				}
				want := []sent{{method: http.MethodDelete, url: test.url}}
				if status == http.StatusNotFound {
					want = append(want, sent{method: http.MethodGet, url: test.url}) // One 404 is not believed.
				}
				if !slices.Equal(served.sent, want) {
					t.Errorf("%d: sent %+v, want %+v", status, served.sent, want)
				}
			}
			// The first try was carried out, but its answer was lost.
			client, served := serve(answer{http.StatusInternalServerError, ""}, answer{http.StatusNotFound, ""})
			if err := test.delete(t, client); err != nil || len(served.sent) != 3 {
				t.Errorf("%d requests, %v", len(served.sent), err)
			}
			// It exists: something on the way said otherwise.
			client, _ = serve(answer{http.StatusNotFound, ""}, answer{http.StatusOK, `{"id":"a","type":"iot","attestation":{"type":"x509"},"info":{"sha1Thumbprint":"0123456789ABCDEF0123456789ABCDEF01234567"}}`})
			if err := test.delete(t, client); !transport.IsNotFound(err) || !strings.Contains(err.Error(), "although it exists") {
				t.Errorf("a false 404: %v", err)
			}
			for _, body := range []string{"{}", "null", "7"} {
				client, _ = serve(answer{http.StatusOK, body}, answer{http.StatusOK, `{"id":"a","type":"iot","attestation":{"type":"x509"},"info":{"sha1Thumbprint":"0123456789ABCDEF0123456789ABCDEF01234567"}}`})
				if err := test.delete(t, client); !transport.EffectUnknown(err) || !strings.Contains(err.Error(), "although it exists") {
					t.Errorf("a false success with %s: %v", body, err)
				}
			}
			client, _ = serve(answer{http.StatusNotFound, ""}, answer{http.StatusForbidden, ""})
			if err := test.delete(t, client); transport.StatusCode(err) != http.StatusForbidden {
				t.Errorf("a 404 that cannot be confirmed: %v", err)
			}
		})
	}
}

func TestClient_failuresNameTheOperation(t *testing.T) {
	t.Parallel()
	id := group().Certificate(iotcentral.Secondary)
	for want, call := range map[string]func(client *iotcentral.Client) error{
		"list the enrollment groups": func(client *iotcentral.Client) error {
			_, err := client.Groups(t.Context(), host)
			return err
		},
		"read the enrollment group": func(client *iotcentral.Client) error {
			_, err := client.Group(t.Context(), group())
			return err
		},
		"create the enrollment group": func(client *iotcentral.Client) error {
			_, err := client.PutGroup(t.Context(), group(), iotcentral.EnrollmentGroup{})
			return err
		},
		"update the enrollment group": func(client *iotcentral.Client) error {
			return client.UpdateGroup(t.Context(), group(), iotcentral.EnrollmentGroupPatch{})
		},
		"delete the enrollment group": func(client *iotcentral.Client) error { return client.DeleteGroup(t.Context(), group()) },
		"read the secondary certificate": func(client *iotcentral.Client) error {
			_, err := client.Certificate(t.Context(), id)
			return err
		},
		"put the certificate into the secondary entry": func(client *iotcentral.Client) error {
			_, err := client.PutCertificate(t.Context(), id, certificate(t), false)
			return err
		},
		"remove the secondary certificate": func(client *iotcentral.Client) error { return client.DeleteCertificate(t.Context(), id) },
		"generate a verification code": func(client *iotcentral.Client) error {
			_, err := client.GenerateVerificationCode(t.Context(), id)
			return err
		},
		"verify the secondary certificate": func(client *iotcentral.Client) error {
			return client.Verify(t.Context(), id, certificate(t))
		},
	} {
		client, _ := serve(answer{http.StatusForbidden, `{"error":{"code":"Denied","message":"No."}}`})
		err := call(client)
		if transport.StatusCode(err) != http.StatusForbidden || !strings.Contains(err.Error(), "IoT Central could not "+want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestClient_apiVersionIsConfigurable(t *testing.T) {
	t.Parallel()
	served := &application{answers: []answer{{http.StatusOK, wholeGroup}}}
	client := iotcentral.New(transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served},
		transport.Header{Name: "Authorization", Value: "x"}, nil), iotcentral.APIVersionStable, time.Now)
	if _, err := client.Group(t.Context(), iotcentral.GroupID{Host: "127.0.0.1:8443", Group: "a"}); err != nil {
		t.Fatal(err)
	}
	wantSent(t, served, sent{method: http.MethodGet, url: "https://127.0.0.1:8443/api/enrollmentGroups/a?api-version=2022-07-31"})
}

// IDs are checked when they are parsed; a client must not break out of the path
// even with one that was not.
func TestClient_escapesThePath(t *testing.T) {
	t.Parallel()
	client, served := serve(answer{http.StatusOK, wholeGroup})
	if _, err := client.Group(t.Context(), iotcentral.GroupID{Host: host, Group: "a/b ?#%ü"}); err != nil {
		t.Fatal(err)
	}
	wantSent(t, served, sent{method: http.MethodGet, url: groupsURL + "/a%2Fb%20%3F%23%25%C3%BC" + version})
}
