// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestSend_requestIsAsTheCallSays(t *testing.T) {
	t.Parallel()
	type body struct {
		B string `json:"b"`
		A *bool  `json:"a,omitempty"`
	}
	for name, test := range map[string]struct {
		call              transport.Call
		body, contentType string
	}{
		"without a body": {call: transport.Call{Method: http.MethodPost}},
		"JSON":           {call: transport.Call{Method: http.MethodPut, Body: body{B: "x"}}, body: `{"b":"x"}`, contentType: "application/json"},
		"merge patch": {
			call: transport.Call{Method: http.MethodPatch, Body: body{B: "x"}, ContentType: transport.ContentTypeMergePatch},
			body: `{"b":"x"}`, contentType: "application/merge-patch+json",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, served := scripted(answer{status: http.StatusNoContent})
			test.call.URL = "https://contoso.example/a%2Fb/c%20d?api-version=1&x=y%26z"
			if err := client.Send(t.Context(), test.call, nil); err != nil {
				t.Fatal(err)
			}
			request := served.requests()[0]
			if request.method != test.call.Method || request.url != test.call.URL || request.body != test.body {
				t.Errorf("sent %+v", request)
			}
			for header, want := range map[string]string{
				"Content-Type":  test.contentType,
				"Accept":        "application/json",
				"User-Agent":    "test-agent",
				"Authorization": token,
			} {
				if got := strings.Join(request.header.Values(header), ","); got != want {
					t.Errorf("%s is %q, want %q", header, got, want)
				}
			}
			if request.header.Get("x-ms-client-request-id") == "" {
				t.Error("there is no client request ID")
			}
		})
	}
}

func TestSend_refusesACallThatCannotBeSent(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]transport.Call{
		"URL":  {Method: http.MethodGet, URL: "https://contoso.example/%zz"},
		"host": {Method: http.MethodGet, URL: "/api"},
		"body": {Method: http.MethodPut, URL: "https://contoso.example/", Body: func() {}},
	} {
		client, served := scripted(answer{status: http.StatusOK})
		if err := client.Send(t.Context(), call, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
		if len(served.requests()) != 0 {
			t.Errorf("%s: sent", name)
		}
	}
}

func TestSend_decodesLeniently(t *testing.T) {
	t.Parallel()
	type thing struct{ Name string }
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
		fails  bool
	}{
		"object":             {http.StatusOK, `{"name":"a","extra":[1]}`, "a", false},
		"201":                {http.StatusCreated, `{"name":"a"}`, "a", false},
		"202":                {http.StatusAccepted, `{"name":"a"}`, "a", false},
		"blanks around":      {http.StatusOK, " \n{\"name\":\"a\"}\n", "a", false},
		"null":               {http.StatusOK, `null`, "", false},
		"empty":              {http.StatusOK, ``, "", false},
		"no content":         {http.StatusNoContent, ``, "", false},
		"HTML of some proxy": {http.StatusOK, `<html></html>`, "", true},
		"cut off":            {http.StatusOK, `{"name":"a`, "", true},
		"another type":       {http.StatusOK, `[1]`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := scripted(answer{status: test.status, body: test.body})
			var out thing
			err := client.Send(t.Context(), get(), &out)
			if (err != nil) != test.fails || out.Name != test.want {
				t.Errorf("got %q, %v", out.Name, err)
			}
			if err != nil && !strings.Contains(err.Error(), "IoT Central was asked to read the enrollment group, and its answer cannot be understood") {
				t.Errorf("got %v", err)
			}
			client, _ = scripted(answer{status: test.status, body: test.body})
			if err := client.Send(t.Context(), get(), nil); err != nil && json.Valid([]byte(test.body)) {
				t.Errorf("an answer that nobody wants is read: %v", err)
			}
		})
	}
}

// What a proxy answered did not happen, and what did is not known.
func TestSend_whatAProxyAnswersIsNoSuccess(t *testing.T) {
	t.Parallel()
	var text transport.Text
	for name, test := range map[string]struct {
		body string
		out  any
		want string
	}{
		"nothing is wanted":    {"\n<!DOCTYPE html><title>Sign in</title>", nil, "it is a web page"},
		"text is wanted":       {"\n<!DOCTYPE html><title>Sign in</title>", &text, "it is a web page"},
		"with a mark in front": {"\ufeff<html>", nil, "it is a web page"},
		"plain text":           {"Access denied by policy", nil, "it is not JSON"},
		"JSON that is cut off": {`{"id":`, nil, "it is not JSON"},
	} {
		client, _ := scripted(answer{status: http.StatusOK, body: test.body})
		err := client.Send(t.Context(), get(), test.out)
		if !transport.EffectUnknown(err) || !strings.Contains(err.Error(), test.want) || text != "" {
			t.Errorf("%s: got %q, %v; want %q", name, text, err, test.want)
		}
	}
}

func TestText_isQuotedOrBare(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]transport.Text{
		`"MIIB+/=="`:                    "MIIB+/==",
		`MIIB+/==`:                      "MIIB+/==",
		" MIIB \r\n":                    "MIIB",
		`"with \"quotes\" and \n"`:      "with \"quotes\" and \n",
		"-----BEGIN CERTIFICATE-----\n": "-----BEGIN CERTIFICATE-----",
		`null`:                          "",
		``:                              "",
		`""`:                            "",
		`nullify`:                       "nullify",
	} {
		client, _ := scripted(answer{status: http.StatusOK, body: body})
		var got transport.Text
		if err := client.Send(t.Context(), get(), &got); err != nil || got != want {
			t.Errorf("%q is read as %q, %v; want %q", body, got, err, want)
		}
	}
	client, _ := scripted(answer{status: http.StatusOK, body: `"not closed`})
	var got transport.Text
	if err := client.Send(t.Context(), get(), &got); err == nil {
		t.Errorf("a broken string is read as %q", got)
	}
}

func TestSend_everyStatusOutside2xxIsAnError(t *testing.T) {
	t.Parallel()
	for status, fine := range map[int]bool{101: false, 199: false, 200: true, 206: true, 299: true, 300: false, 304: false, 400: false, 599: false} {
		client, _ := scripted(answer{status: status, body: `{}`})
		err := client.Send(t.Context(), post(), &struct{}{})
		if want := status; fine && err != nil || !fine && transport.StatusCode(err) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
}

type item struct{ ID string }

func TestList_readsEveryPage(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]string{
		"nextLink absent": `{"value":[{"id":"c"}]}`,
		"nextLink null":   `{"value":[{"id":"c"}],"nextLink":null}`,
		"nextLink empty":  `{"value":[{"id":"c"}],"nextLink":""}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, served := scripted(
				answer{status: http.StatusOK, body: `{"value":[{"id":"a"},{"id":"b"}],"nextLink":"https://CONTOSO.example/api/things?token=%2A1*2&api-version=1"}`},
				answer{status: http.StatusOK, body: `{"value":[],"nextLink":"https://contoso.example/elsewhere?page=3"}`},
				answer{status: http.StatusOK, body: last},
			)
			items, err := transport.List[item](t.Context(), client, get())
			if err != nil {
				t.Fatal(err)
			}
			if want := []item{{"a"}, {"b"}, {"c"}}; !reflect.DeepEqual(items, want) {
				t.Errorf("got %v", items)
			}
			var urls []string
			for _, request := range served.requests() {
				urls = append(urls, request.url)
				if request.method != http.MethodGet || request.header.Get("Authorization") != token {
					t.Errorf("sent %+v", request)
				}
			}
			if want := []string{get().URL, "https://CONTOSO.example/api/things?token=%2A1*2&api-version=1", "https://contoso.example/elsewhere?page=3"}; !reflect.DeepEqual(urls, want) {
				t.Errorf("called %q", urls)
			}
		})
	}
}

func TestList_canBeEmpty(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"value":null}`, `{"value":[]}`, `{"value":[],"nextLink":null}`} {
		client, _ := scripted(answer{status: http.StatusOK, body: body})
		if items, err := transport.List[item](t.Context(), client, get()); err != nil || len(items) != 0 {
			t.Errorf("%q: %v, %v", body, items, err)
		}
	}
}

func TestList_anAnswerWithoutAListIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{``, `null`, `{}`, `{"error":null}`, `{"values":[]}`} {
		client, _ := scripted(answer{status: http.StatusOK, body: body})
		items, err := transport.List[item](t.Context(), client, get())
		var unreadable *transport.UnreadableError
		if !errors.As(err, &unreadable) || items != nil || !strings.Contains(err.Error(), "there is no list in it") {
			t.Errorf("%q: %v, %v", body, items, err)
		}
	}
}

func TestList_neverCarriesTheTokenToAnotherHost(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		"https://evil.example/api/things",
		"https://contoso.example.evil.example/api",
		"https://contoso.example@evil.example/api",
		"https://contoso.example:8443/api",
		"http://contoso.example/api/things",
		"//evil.example/api",
		"/api/things?page=2",
		"things",
		"https://contoso.example/%zz",
	} {
		client, served := scripted(answer{status: http.StatusOK, body: `{"value":[{"id":"a"}],"nextLink":"` + next + `"}`})
		items, err := transport.List[item](t.Context(), client, get())
		if err == nil || items != nil || !strings.Contains(err.Error(), "https://contoso.example,") {
			t.Errorf("%s: %v, %v", next, items, err)
		}
		if count := len(served.requests()); count != 1 {
			t.Errorf("%s: %d requests, want 1", next, count)
		}
	}
}

func TestList_doesNotGoInACircle(t *testing.T) {
	t.Parallel()
	client, served := scripted(
		answer{status: http.StatusOK, body: `{"value":[{"id":"a"}],"nextLink":"https://contoso.example:443/2"}`},
		answer{status: http.StatusOK, body: `{"value":[{"id":"b"}],"nextLink":"https://contoso.example:443/2"}`},
	)
	// Without the guard the list has no end, and the test would have none.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := transport.List[item](ctx, client, get())
	if err == nil || !strings.Contains(err.Error(), "form a loop") {
		t.Errorf("got %v", err)
	}
	if count := len(served.requests()); count != 2 {
		t.Errorf("%d requests, want 2", count)
	}
}

func TestList_failureOfALaterPageIsNoShorterList(t *testing.T) {
	t.Parallel()
	client, _ := scripted(
		answer{status: http.StatusOK, body: `{"value":[{"id":"a"}],"nextLink":"https://contoso.example/2"}`},
		answer{status: http.StatusForbidden},
	)
	items, err := transport.List[item](t.Context(), client, get())
	if transport.StatusCode(err) != http.StatusForbidden || items != nil {
		t.Errorf("got %v, %v", items, err)
	}
	if _, err := transport.List[item](t.Context(), client, transport.Call{Method: http.MethodGet, URL: "https://contoso.example/%zz"}); err == nil {
		t.Error("a broken URL is no error")
	}
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	for appended, want := range map[string]string{
		"":             "Terraform/1.14.0 (+https://www.terraform.io) terraform-provider-azuresphere/1.2.3",
		"  ":           "Terraform/1.14.0 (+https://www.terraform.io) terraform-provider-azuresphere/1.2.3",
		" pipeline/7 ": "Terraform/1.14.0 (+https://www.terraform.io) terraform-provider-azuresphere/1.2.3 pipeline/7",
	} {
		if got := transport.UserAgent("1.14.0", "1.2.3", appended); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSend_logsEachTryWithoutHeadersAndBodies(t *testing.T) {
	t.Parallel()
	ctx, logs := logged(t)
	served := &script{answers: []answer{
		{status: http.StatusTooManyRequests, body: `{"error":{"message":"answer-body-1"}}`, header: map[string]string{"x-ms-request-id": "id-1", "Set-Cookie": "answer-header"}},
		{status: http.StatusOK, body: `{"verificationCode":"answer-body-2"}`, header: map[string]string{"x-ms-request-id": "id-2"}},
	}}
	call := post()
	call.URL = "https://user:url-password@contoso.example/api/verify?api-version=1"
	if err := newClient(served, quick()).Send(ctx, call, nil); err != nil {
		t.Fatal(err)
	}
	text, entries := logs()
	for _, secret := range []string{"a-very-secret-token", "Authorization", "Bearer", "a-secret-body", "answer-body", "answer-header", "url-password"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log shows %q:\n%s", secret, text)
		}
	}
	if len(entries) != 2 {
		t.Fatalf("%d log entries, want 2:\n%s", len(entries), text)
	}
	for i, want := range []map[string]any{
		{"status": 429.0, "request_id": "id-1"},
		{"status": 200.0, "request_id": "id-2"},
	} {
		want["@level"], want["service"], want["method"] = "debug", "IoT Central", "POST"
		want["url"] = "https://user:xxxxx@contoso.example/api/verify?api-version=1"
		for field, value := range want {
			if entries[i][field] != value {
				t.Errorf("entry %d: %s is %v, want %v", i, field, entries[i][field], value)
			}
		}
		if milliseconds, ok := entries[i]["duration_ms"].(float64); !ok || milliseconds < 0 || milliseconds > float64(time.Minute.Milliseconds()) {
			t.Errorf("entry %d: the duration is %v", i, entries[i]["duration_ms"])
		}
	}
}

func TestSend_logsALostConnection(t *testing.T) {
	t.Parallel()
	ctx, logs := logged(t)
	client, _ := scripted(answer{err: errLost}, answer{status: http.StatusOK})
	if err := client.Send(ctx, get(), nil); err != nil {
		t.Fatal(err)
	}
	text, entries := logs()
	if len(entries) != 2 || entries[0]["error"] != errLost.Error() || entries[1]["status"] != 200.0 {
		t.Errorf("logged:\n%s", text)
	}
}

// The credentials of azidentity send token requests with these options.
func TestClientOptions_logAndNameTheProviderInTokenRequests(t *testing.T) {
	t.Parallel()
	ctx, logs := logged(t)
	served := &script{answers: []answer{{status: http.StatusServiceUnavailable}, {status: http.StatusOK, body: `{"access_token":"answer-body"}`}}}
	options := transport.ClientOptions(transport.Settings{HTTP: served, UserAgent: "test-agent", Retry: quick()})
	request, err := runtime.NewRequest(ctx, http.MethodPost, "https://login.example/tenant/oauth2/v2.0/token")
	if err != nil {
		t.Fatal(err)
	}
	response, err := runtime.NewPipeline("azidentity", "", runtime.PipelineOptions{}, &options).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	requests := served.requests()
	if response.StatusCode != http.StatusOK || len(requests) != 2 {
		t.Errorf("%d after %d requests", response.StatusCode, len(requests))
	}
	for _, request := range requests {
		if request.header.Get("User-Agent") != "test-agent" {
			t.Errorf("the user agent is %q", request.header.Get("User-Agent"))
		}
	}
	text, entries := logs()
	if len(entries) != 2 || entries[1]["service"] != "Microsoft Entra ID" || strings.Contains(text, "answer-body") {
		t.Errorf("logged:\n%s", text)
	}
}
