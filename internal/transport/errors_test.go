// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestError_readsEveryShapeOfBody(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body                     string
		header                   map[string]string
		code, message, requestID string
	}{
		"Azure Resource Manager": {
			body:      `{"error":{"code":"ResourceNotFound","message":"The resource was not found.","target":null,"details":[]}}`,
			header:    map[string]string{"x-ms-request-id": "id-1", "x-ms-failure-cause": "gateway"},
			code:      "ResourceNotFound",
			message:   "The resource was not found.",
			requestID: "id-1",
		},
		"with details": {
			body:    `{"error":{"code":"A","message":"It failed.","details":[{"message":"It failed."},{"code":"B","message":"Because."},{"code":"C"}]}}`,
			code:    "A",
			message: "It failed. Because.",
		},
		"odd details": {
			body:    `{"error":{"code":"A","message":"It failed.","details":"none"}}`,
			code:    "A",
			message: "It failed.",
		},
		"an error that is a string": {
			body:    `{"error":"invalid_token","error_description":"It has expired."}`,
			message: "invalid_token It has expired.",
		},
		"a quoted string": {
			body:    `"It failed."`,
			message: "It failed.",
		},
		"details alone": {
			body:    `{"error":{"code":"A","details":[{"message":"Because."}]}}`,
			code:    "A",
			message: "Because.",
		},
		"IoT Central": {
			body:      `{"error":{"code":"NotFound","message":"No such group.","requestId":"id-2","time":"Wed, 07 Oct 2026 12:00:00 GMT"}}`,
			header:    map[string]string{"x-ms-error-code": "NotFound"},
			code:      "NotFound",
			message:   "No such group.",
			requestID: "id-2",
		},
		"the header's request ID before the body's": {
			body:      `{"error":{"code":"A","message":"B","requestId":"body"}}`,
			header:    map[string]string{"x-ms-correlation-request-id": "header"},
			code:      "A",
			message:   "B",
			requestID: "header",
		},
		"Device Provisioning Service": {
			body:      `{"errorCode":409202,"trackingId":"id-4","message":"EnrollmentGroup already exists.","timestampUtc":"2026-05-01T12:00:00Z"}`,
			code:      "409202",
			message:   "EnrollmentGroup already exists.",
			requestID: "id-4",
		},
		"its certificates in Azure Resource Manager": {
			body:    `{"code":412001,"httpStatusCode":"PreconditionFailed","message":"Invalid ETag supplied."}`,
			code:    "412001",
			message: "Invalid ETag supplied.",
		},
		"a code in the header only": {
			header: map[string]string{"x-ms-error-code": "Throttled", "request-id": "id-3"},
			code:   "Throttled", requestID: "id-3",
		},
		"Azure Sphere public API": {
			body: `[{"ErrorCode":"TenantNotFound","Title":"No tenant.","Detail":"Look again.","Status":404,"Extensions":{}},{"Title":"Also this."}]`,
			code: "TenantNotFound", message: "No tenant. Look again. Also this.",
		},
		"Azure Sphere public API, empty": {body: `[]`},
		"code and message":               {body: `{"Code":"Forbidden","Message":"You may not."}`, code: "Forbidden", message: "You may not."},
		"code as a number":               {body: `{"Code":6,"Message":"You may not."}`, code: "6", message: "You may not."},
		"lower case":                     {body: `{"code":"x","message":"y"}`, code: "x", message: "y"},
		"a message without a code":       {body: `{"Message":"You may not."}`, message: "You may not."},
		"text":                           {body: "  upstream connect error \r\n", message: "upstream connect error"},
		"text in other letters":          {body: "Zeitüberschreitung", message: "Zeitüberschreitung"},
		"HTML":                           {body: "<!DOCTYPE html><html><body><h1>502</h1></body></html>"},
		"HTML behind blanks":             {body: "\r\n  <html><body>502</body></html>"},
		"two messages":                   {body: `{"error":{"code":"A","message":"B"},"message":"C"}`, code: "A", message: "B"},
		"broken JSON":                    {body: `{"error":{"code":"A","mess`},
		"null":                           {body: `null`},
		"an object that says nothing":    {body: `{}`},
		"error is null":                  {body: `{"error":null}`},
		"empty":                          {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := scripted(answer{status: http.StatusConflict, body: test.body, header: test.header})
			err := client.Send(t.Context(), get(), nil)
			var failed *transport.Error
			if !errors.As(err, &failed) {
				t.Fatalf("got %T: %v", err, err)
			}
			if failed.Code != test.code || failed.Message != test.message || failed.RequestID != test.requestID {
				t.Errorf("code %q, message %q, request %q; want %q, %q, %q",
					failed.Code, failed.Message, failed.RequestID, test.code, test.message, test.requestID)
			}
			if failed.StatusCode != http.StatusConflict || failed.Service != "IoT Central" || failed.Operation != get().Operation {
				t.Errorf("got %+v", failed)
			}
			if strings.Contains(err.Error(), "<") {
				t.Errorf("the error has HTML in it: %v", err)
			}
		})
	}
}

func TestError_saysWhoWhatAndWhy(t *testing.T) {
	t.Parallel()
	client, _ := scripted(answer{
		status: http.StatusForbidden,
		body:   `{"error":{"code":"Denied","message":"You may not."}}`,
		header: map[string]string{"x-ms-request-id": "id-1"},
	})
	const want = "IoT Central could not read the enrollment group: 403 Forbidden (code Denied, request ID id-1): You may not."
	if err := client.Send(t.Context(), get(), nil); err == nil || err.Error() != want {
		t.Errorf("got %q\nwant %q", err, want)
	}
	client, _ = scripted(answer{status: http.StatusForbidden, header: map[string]string{"x-ms-request-id": "id-1"}})
	if err := client.Send(t.Context(), get(), nil); err == nil || err.Error() != "IoT Central could not read the enrollment group: 403 Forbidden (request ID id-1)" {
		t.Errorf("got %q", err)
	}
	client, _ = scripted(answer{status: http.StatusForbidden})
	if err := client.Send(t.Context(), get(), nil); err == nil || err.Error() != "IoT Central could not read the enrollment group: 403 Forbidden" {
		t.Errorf("got %q", err)
	}
}

func TestError_messageIsCutAtAThousandCharacters(t *testing.T) {
	t.Parallel()
	for length, want := range map[int]int{999: 999, 1000: 1000, 1001: 1001, 50000: 1001} {
		client, _ := scripted(answer{status: http.StatusBadRequest, body: strings.Repeat("ü", length)})
		var failed *transport.Error
		if err := client.Send(t.Context(), get(), nil); !errors.As(err, &failed) {
			t.Fatal(err)
		}
		got := utf8.RuneCountInString(failed.Message)
		if got != want || !utf8.ValidString(failed.Message) || strings.HasSuffix(failed.Message, "…") != (length > 1000) {
			t.Errorf("of %d characters %d are left, want %d", length, got, want)
		}
	}
}

func TestConnectionError_saysThatThereWasNoAnswer(t *testing.T) {
	t.Parallel()
	client, _ := scripted(answer{err: errLost})
	err := client.Send(t.Context(), post(), nil)
	var failed *transport.ConnectionError
	if !errors.As(err, &failed) || !errors.Is(err, errLost) || transport.StatusCode(err) != 0 {
		t.Fatalf("got %T: %v", err, err)
	}
	if want := "IoT Central was asked to verify the certificate, but did not answer: connection reset by peer"; err.Error() != want {
		t.Errorf("got %q\nwant %q", err, want)
	}
}

// unsigned is a credential that fails like those of package auth.
type unsigned struct{ calls int }

func (u *unsigned) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	u.calls++

	return azcore.AccessToken{}, &auth.TokenError{Method: auth.AzureCLI, Err: errors.New("nobody is signed in")}
}

func TestSend_withoutATokenNothingIsSent(t *testing.T) {
	t.Parallel()
	for _, call := range []transport.Call{get(), post()} {
		credential := &unsigned{}
		served := &script{answers: []answer{{status: http.StatusOK}}}
		client := transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served, Retry: quick()},
			runtime.NewBearerTokenPolicy(credential, []string{"https://apps.azureiotcentral.com/.default"}, nil), nil)
		err := client.Send(t.Context(), call, nil)
		var failed *auth.TokenError
		if !errors.As(err, &failed) {
			t.Fatalf("got %T: %v", err, err)
		}
		if transport.EffectUnknown(err) {
			t.Error("the effect is unknown, but the request was not sent")
		}
		if !strings.Contains(err.Error(), "nobody is signed in") || !strings.Contains(err.Error(), "could not be asked to "+call.Operation) {
			t.Errorf("got %v", err)
		}
		if len(served.requests()) != 0 || credential.calls != 1 {
			t.Errorf("%d requests and %d sign-ins, want 0 and 1", len(served.requests()), credential.calls)
		}
	}
}

// failsLater is a credential that has a token once.
type failsLater struct{ calls int }

func (f *failsLater) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	f.calls++
	if f.calls > 1 {
		return azcore.AccessToken{}, &auth.TokenError{Method: auth.AzureCLI, Err: errors.New("nobody is signed in any more")}
	}

	return azcore.AccessToken{Token: "x", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// signEach asks for a token before each try.
type signEach struct{ credential azcore.TokenCredential }

func (s signEach) Do(request *policy.Request) (*http.Response, error) {
	if _, err := s.credential.GetToken(request.Raw().Context(), policy.TokenRequestOptions{}); err != nil {
		return nil, err
	}

	return request.Next()
}

// The sign-in of a second try says nothing about the first one, which may have been
// carried out.
func TestEffectUnknown_whenASignInFailsAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]answer{"lost": {err: errLost}, "500": {status: http.StatusInternalServerError}} {
		served := &script{answers: []answer{first}}
		client := transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served, Retry: quick()}, signEach{&failsLater{}}, nil)
		err := client.Send(t.Context(), get(), nil)
		var unsigned *auth.TokenError
		if !errors.As(err, &unsigned) || !transport.EffectUnknown(err) || len(served.requests()) != 1 {
			t.Errorf("%s: after %d requests: %v", name, len(served.requests()), err)
		}
	}
}

func TestEffectUnknown(t *testing.T) {
	t.Parallel()
	answered := func(status int) error { return &transport.Error{StatusCode: status} }
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"no error":        {nil, false},
		"302":             {answered(http.StatusFound), false},
		"400":             {answered(http.StatusBadRequest), false},
		"401":             {answered(http.StatusUnauthorized), false},
		"404":             {answered(http.StatusNotFound), false},
		"408":             {answered(http.StatusRequestTimeout), true},
		"409":             {answered(http.StatusConflict), false},
		"422":             {answered(http.StatusUnprocessableEntity), false},
		"429":             {answered(http.StatusTooManyRequests), false},
		"499":             {answered(499), false},
		"500":             {answered(http.StatusInternalServerError), true},
		"503":             {answered(http.StatusServiceUnavailable), true},
		"504":             {answered(http.StatusGatewayTimeout), true},
		"500, wrapped":    {fmt.Errorf("again: %w", answered(http.StatusInternalServerError)), true},
		"no answer":       {&transport.ConnectionError{}, true},
		"unreadable":      {&transport.UnreadableError{Cause: answered(http.StatusForbidden)}, true},
		"no token":        {&auth.TokenError{Err: errors.New("no")}, false},
		"another failure": {errors.New("no"), false},
	} {
		if got := transport.EffectUnknown(test.err); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestIsNotFound(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{&transport.Error{StatusCode: http.StatusNotFound}, true},
		{fmt.Errorf("again: %w", &transport.Error{StatusCode: http.StatusNotFound}), true},
		{&transport.Error{StatusCode: http.StatusGone}, false},
		{&transport.Error{StatusCode: http.StatusForbidden}, false},
		{&transport.ConnectionError{}, false},
		{errors.New("404"), false},
	} {
		if got := transport.IsNotFound(test.err); got != test.want {
			t.Errorf("%v: %v, want %v", test.err, got, test.want)
		}
	}
}

// A verification code stands in the URL of one call. Its characters decide how it
// is spelled there.
func TestSend_hidesASecretOfTheURL(t *testing.T) {
	t.Parallel()
	for secret, inURL := range map[string]string{
		"2F5A0C9E41B7D368": "2F5A0C9E41B7D368",
		"a b/c?d+e":        "a%20b%2Fc%3Fd+e",
		"ümlaut#":          "%C3%BCmlaut%23",
	} {
		call := transport.Call{
			Operation: "make the proof of possession",
			Method:    http.MethodGet,
			URL:       "https://sphere.example/v2/tenants/t/verification/" + inURL + "?thumbprint=AB",
			Once:      true,
			Secret:    secret,
		}
		for name, broken := range map[string]answer{
			"lost":        {err: fmt.Errorf("Get %q: %w", call.URL, io.ErrUnexpectedEOF)},
			"quoted":      {status: http.StatusBadRequest, body: `{"error":{"code":"A","message":"no code ` + secret + `, at ` + inURL + `"}}`},
			"quoted text": {status: http.StatusBadGateway, body: "no route to /verification/" + inURL},
			"fine":        {status: http.StatusOK, body: `"x"`},
		} {
			t.Run(secret+" "+name, func(t *testing.T) {
				t.Parallel()
				ctx, logs := logged(t)
				client, served := scripted(broken)
				var out transport.Text
				err := client.Send(ctx, call, &out)
				text, entries := logs()
				if err != nil {
					text += err.Error()
					if !strings.Contains(err.Error(), "[redacted]") {
						t.Errorf("nothing is marked as redacted: %v", err)
					}
				}
				if (err == nil) != (name == "fine") || len(entries) != 1 {
					t.Errorf("got %v and %d log entries", err, len(entries))
				}
				if strings.Contains(text, secret) || strings.Contains(text, inURL) {
					t.Errorf("the secret is shown: %s", text)
				}
				if name == "lost" && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("the cause is lost: %v", err)
				}
				if requests := served.requests(); len(requests) != 1 || requests[0].url != call.URL {
					t.Errorf("sent %+v", requests)
				}
			})
		}
	}
}

// A text of a service, or of something on the way, may hold a token.
func TestErrors_showNoSecretOfAnAnswer(t *testing.T) {
	t.Parallel()
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJTRUNSRVQ.SECRET"
	for name, given := range map[string]answer{
		"message":     {status: http.StatusForbidden, body: `{"error":{"code":"` + token + `","message":"not ` + token + `"}}`},
		"text":        {status: http.StatusBadGateway, body: "Authorization: Bearer opaqueSECRET"},
		"connection":  {err: errors.New("lost with " + token)},
		"body":        {status: http.StatusOK, body: `{"access_token":"opaqueSECRET"`},
		"odd member":  {status: http.StatusOK, body: `{"name":["` + token + `"]}`},
		"redirection": {status: http.StatusFound, body: token, header: map[string]string{"Location": "https://proxy.example/?token=" + token}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := scripted(given)
			var into struct{ Name string }
			err := client.Send(t.Context(), post(), &into)
			if err == nil {
				t.Fatal("there is no error")
			}
			if name == "connection" {
				err = errors.New(err.Error()) // What net/http says of a connection holds no part of an answer.
			}
			for shown := err; shown != nil; shown = errors.Unwrap(shown) {
				if strings.Contains(shown.Error(), "SECRET") {
					t.Errorf("the error shows a secret: %v", shown)
				}
			}
			for _, word := range []string{"Go ", "json:", "struct", "transport_test"} {
				if strings.Contains(err.Error(), word) {
					t.Errorf("the error has words of Go: %v", err)
				}
			}
		})
	}
}

func TestError_aRedirectNamesItsHost(t *testing.T) {
	t.Parallel()
	client, _ := scripted(answer{status: http.StatusFound, header: map[string]string{"Location": "https://login.proxy.example/start?x=1"}})
	if err := client.Send(t.Context(), get(), nil); err == nil || !strings.Contains(err.Error(), "it redirects to login.proxy.example,") {
		t.Errorf("got %v", err)
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", `{"error":null}`, `{"error":{"code":1,"message":{"a":1},"details":[null,{"message":2}]}}`,
		`[{"ErrorCode":"a","Title":"b"}]`, `"text"`, "<html>", `{"Code":"a","Message":"b"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, _ := scripted(answer{status: http.StatusBadRequest, body: body})
		err := client.Send(t.Context(), get(), nil)
		if transport.StatusCode(err) != http.StatusBadRequest || len([]rune(err.Error())) > 5000 {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"", "null", `{"value":[],"nextLink":null}`, `{"value":[{"name":1}]}`, "\ufeff{}", `{"value":{}}`, "<"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client, served := scripted(answer{status: http.StatusOK, body: body})
		items, err := transport.List[struct{ Name string }](t.Context(), client, get())
		if err != nil && items != nil || len(served.requests()) > 3 {
			t.Errorf("%q: %v, %v after %d requests", body, items, err, len(served.requests()))
		}
	})
}
