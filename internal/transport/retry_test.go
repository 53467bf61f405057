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
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

func TestSend_repeatsWhatMayPass(t *testing.T) {
	t.Parallel()
	fine := answer{status: http.StatusOK, body: `{"value":"yes"}`}
	for name, first := range map[string]answer{
		"408":               {status: http.StatusRequestTimeout},
		"429":               {status: http.StatusTooManyRequests},
		"500":               {status: http.StatusInternalServerError},
		"502":               {status: http.StatusBadGateway},
		"503":               {status: http.StatusServiceUnavailable},
		"504":               {status: http.StatusGatewayTimeout},
		"a lost connection": {err: errLost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodPatch} {
				client, served := scripted(first, first, fine)
				call := get()
				call.Method = method
				if method != http.MethodGet {
					call.Body = map[string]int{"a": 1}
				}
				var out struct{ Value string }
				if err := client.Send(t.Context(), call, &out); err != nil {
					t.Errorf("%s: %v", method, err)
				}
				if out.Value != "yes" {
					t.Errorf("%s: the answer is %q", method, out.Value)
				}
				requests := served.requests()
				if len(requests) != 3 {
					t.Fatalf("%s: %d requests, want 3", method, len(requests))
				}
				for _, request := range requests {
					if request.body != requests[0].body || (method != http.MethodGet && request.body != `{"a":1}`) {
						t.Errorf("%s: a repeated request has the body %q", method, request.body)
					}
					if request.header.Get("Authorization") != token {
						t.Errorf("%s: a repeated request is not authorized", method)
					}
				}
			}
		})
	}
}

func TestSend_doesNotRepeatARefusal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
		http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusNotImplemented,
	} {
		client, served := scripted(answer{status: status}, answer{status: http.StatusOK})
		if got := transport.StatusCode(client.Send(t.Context(), get(), nil)); got != status {
			t.Errorf("status %d, want %d", got, status)
		}
		if count := len(served.requests()); count != 1 {
			t.Errorf("%d is repeated: %d requests", status, count)
		}
	}
}

func TestSend_givesUpAfterSixRepetitions(t *testing.T) {
	t.Parallel()
	client, served := scripted(answer{status: http.StatusServiceUnavailable})
	if got := transport.StatusCode(client.Send(t.Context(), get(), nil)); got != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", got)
	}
	if count := len(served.requests()); count != 7 {
		t.Errorf("%d requests, want 7", count)
	}
}

func TestSend_onceIsRepeatedAfter429Only(t *testing.T) {
	t.Parallel()
	fine := answer{status: http.StatusNoContent}
	for name, test := range map[string]struct {
		answers []answer
		want    int
		fine    bool
	}{
		"408":                   {[]answer{{status: http.StatusRequestTimeout}, fine}, 1, false},
		"500":                   {[]answer{{status: http.StatusInternalServerError}, fine}, 1, false},
		"502":                   {[]answer{{status: http.StatusBadGateway}, fine}, 1, false},
		"503":                   {[]answer{{status: http.StatusServiceUnavailable}, fine}, 1, false},
		"504":                   {[]answer{{status: http.StatusGatewayTimeout}, fine}, 1, false},
		"a lost connection":     {[]answer{{err: errLost}, fine}, 1, false},
		"422":                   {[]answer{{status: http.StatusUnprocessableEntity}, fine}, 1, false},
		"429":                   {[]answer{{status: http.StatusTooManyRequests}, fine}, 2, true},
		"429 twice":             {[]answer{{status: http.StatusTooManyRequests}, {status: http.StatusTooManyRequests}, fine}, 3, true},
		"429, then 500":         {[]answer{{status: http.StatusTooManyRequests}, {status: http.StatusInternalServerError}, fine}, 2, false},
		"429, then lost":        {[]answer{{status: http.StatusTooManyRequests}, {err: errLost}, fine}, 2, false},
		"429 without end":       {[]answer{{status: http.StatusTooManyRequests}}, 7, false},
		"success at first":      {[]answer{fine}, 1, true},
		"an answer cut in half": {[]answer{{status: http.StatusOK, body: `{"value":`}, fine}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, served := scripted(test.answers...)
			var out struct{ Value string }
			if err := client.Send(t.Context(), post(), &out); (err == nil) != test.fine {
				t.Errorf("got %v", err)
			}
			if count := len(served.requests()); count != test.want {
				t.Errorf("%d requests, want %d", count, test.want)
			}
		})
	}
}

// In these tests the clock is that of testing/synctest: waiting takes no time, and
// its length is exact.

func TestSend_waitsAsLongAsRetryAfterSays(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header map[string]string
		call   transport.Call
		want   time.Duration
	}{
		"seconds":               {map[string]string{"Retry-After": "7"}, get(), 7 * time.Second},
		"seconds, call of once": {map[string]string{"Retry-After": "7"}, post(), 7 * time.Second},
		"milliseconds":          {map[string]string{"retry-after-ms": "250"}, get(), 250 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				served := &script{answers: []answer{{status: http.StatusTooManyRequests, header: test.header}, {status: http.StatusOK}}}
				started := time.Now()
				if err := newClient(served, policy.RetryOptions{}).Send(t.Context(), test.call, nil); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(started); waited != test.want {
					t.Errorf("waited %s, want %s", waited, test.want)
				}
				if len(served.requests()) != 2 {
					t.Errorf("%d requests, want 2", len(served.requests()))
				}
			})
		})
	}
}

func TestSend_honoursARetryAfterAsFarAsTheDeadlineAllows(t *testing.T) {
	t.Parallel()
	for _, call := range []transport.Call{get(), post()} {
		synctest.Test(t, func(t *testing.T) {
			slow := &script{answers: []answer{
				{status: http.StatusTooManyRequests, header: map[string]string{"Retry-After": "300"}}, {status: http.StatusOK},
			}}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			started := time.Now()
			if err := newClient(slow, policy.RetryOptions{}).Send(ctx, call, nil); err != nil || time.Since(started) != 5*time.Minute {
				t.Errorf("after %s: %v", time.Since(started), err)
			}
			// The second time it comes too late, so the answer is told at once.
			late := &script{answers: []answer{{status: http.StatusTooManyRequests, header: map[string]string{"Retry-After": "301"}}}}
			started = time.Now()
			err := newClient(late, policy.RetryOptions{}).Send(ctx, call, nil)
			if transport.StatusCode(err) != http.StatusTooManyRequests || time.Since(started) != 0 || len(late.requests()) != 1 {
				t.Errorf("after %s and %d requests: %v", time.Since(started), len(late.requests()), err)
			}
			if !strings.Contains(fmt.Sprint(err), "asks to wait 301 seconds") {
				t.Errorf("the error does not tell how long to wait: %v", err)
			}
		})
	}
}

func TestSend_deadlineTellsTheLastLostConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := newClient(&script{answers: []answer{{err: errLost}}}, policy.RetryOptions{}).Send(ctx, get(), nil)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "The last try failed: "+errLost.Error()) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDefaultRetry_waitsLongerEachTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		served := &script{answers: []answer{{status: http.StatusServiceUnavailable}}}
		var tries []time.Time
		timed := transporterFunc(func(request *http.Request) (*http.Response, error) {
			tries = append(tries, time.Now())
			return served.Do(request)
		})
		// The zero value of the options means the default.
		err := newClient(timed, policy.RetryOptions{}).Send(t.Context(), get(), nil)
		if transport.StatusCode(err) != http.StatusServiceUnavailable {
			t.Fatal(err)
		}
		about := []time.Duration{time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second, 63 * time.Second}
		if len(tries) != len(about)+1 {
			t.Fatalf("%d tries, want %d", len(tries), len(about)+1)
		}
		for i, want := range about {
			waited := tries[i+1].Sub(tries[i])
			if least, most := want*8/10, want*13/10; waited < least || waited > most {
				t.Errorf("wait %d takes %s, want %s to %s", i+1, waited, least, most)
			}
		}
	})
}

// A test that asks for quick or few tries gets them: DefaultRetry stands in for
// options that say nothing at all.
func TestNew_keepsRetryOptionsThatSayAnything(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		retry policy.RetryOptions
		want  int
	}{
		"number alone": {policy.RetryOptions{MaxRetries: 1}, 2},
		"none":         {policy.RetryOptions{MaxRetries: -1}, 1},
		"delay alone":  {policy.RetryOptions{RetryDelay: time.Nanosecond}, 4}, // The number is azcore's default.
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				served := &script{answers: []answer{{status: http.StatusServiceUnavailable}}}
				err := newClient(served, test.retry).Send(t.Context(), get(), nil)
				if transport.StatusCode(err) != http.StatusServiceUnavailable || len(served.requests()) != test.want {
					t.Errorf("%d requests, want %d: %v", len(served.requests()), test.want, err)
				}
			})
		})
	}
}

type transporterFunc func(*http.Request) (*http.Response, error)

func (f transporterFunc) Do(request *http.Request) (*http.Response, error) { return f(request) }

func TestSend_deadlineTellsTheLastAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		want error
	}{
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 5*time.Second)
		}, context.DeadlineExceeded},
		"interrupt": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(5*time.Second, cancel)
			return ctx, func() { timer.Stop(); cancel() }
		}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				served := &script{answers: []answer{
					{status: http.StatusBadGateway, body: `{"error":{"code":"First","message":"the first answer"}}`},
					{
						status: http.StatusServiceUnavailable,
						body:   `{"error":{"code":"Busy","message":"the second answer"}}`,
						header: map[string]string{"x-ms-request-id": "request-2"},
					},
				}}
				ctx, cancel := test.end(t.Context())
				defer cancel()
				err := newClient(served, policy.RetryOptions{}).Send(ctx, get(), nil)
				var failed *transport.ConnectionError
				if !errors.As(err, &failed) || !errors.Is(err, test.want) {
					t.Fatalf("got %T: %v", err, err)
				}
				for _, want := range []string{"IoT Central", "read the enrollment group", "503", "Busy", "the second answer", "request-2", test.want.Error()} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error lacks %q: %v", want, err)
					}
				}
				if strings.Contains(err.Error(), "the first answer") {
					t.Errorf("the error tells an earlier answer: %v", err)
				}
				if !transport.EffectUnknown(err) {
					t.Error("the effect is not unknown")
				}
			})
		})
	}
}

func TestSend_deadlineWithoutAnyAnswer(t *testing.T) {
	t.Parallel()
	client, _ := scripted(answer{status: http.StatusOK})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := client.Send(ctx, get(), nil)
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "last answer") {
		t.Errorf("got %v", err)
	}
}

func TestRateLimits_countRepetitionsToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		served := &script{answers: []answer{
			{status: http.StatusServiceUnavailable}, {status: http.StatusServiceUnavailable}, {status: http.StatusOK},
		}}
		client := transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served, Retry: quick()},
			transport.Header{Name: "Authorization", Value: token}, transport.NewRateLimits(1))
		started := time.Now()
		if err := client.Send(t.Context(), get(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(started); took < 1999*time.Millisecond {
			t.Errorf("three tries took %s, want 2s", took)
		}
	})
}

func TestRateLimits_endWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		served := &script{answers: []answer{{status: http.StatusOK}}}
		client := transport.New(transport.Service{Name: "IoT Central"}, transport.Settings{HTTP: served},
			transport.Header{Name: "Authorization", Value: token}, transport.NewRateLimits(1))
		if err := client.Send(t.Context(), get(), nil); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		started := time.Now()
		err := client.Send(ctx, get(), nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if transport.EffectUnknown(err) {
			t.Error("the effect is unknown, but the request was not sent")
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("it took %s, longer than the context lives", took)
		}
		if count := len(served.requests()); count != 1 {
			t.Errorf("%d requests, want 1", count)
		}
	})
}

func TestSend_withoutADeadlineEndsAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		silent := transporterFunc(func(request *http.Request) (*http.Response, error) {
			<-request.Context().Done()
			return nil, request.Context().Err()
		})
		started := time.Now()
		err := newClient(silent, policy.RetryOptions{}).Send(t.Context(), get(), nil)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 10*time.Minute {
			t.Errorf("after %s: %v", time.Since(started), err)
		}
	})
}

// A list whose pages never end has one deadline for all of them.
func TestList_withoutADeadlineEndsAllTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := 0
		endless := transporterFunc(func(request *http.Request) (*http.Response, error) {
			page++
			time.Sleep(time.Minute) // Of the bubble.
			body := fmt.Sprintf(`{"value":[],"nextLink":"https://contoso.example/api?page=%d"}`, page)
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: request}, request.Context().Err()
		})
		call := get()
		call.URL = "https://contoso.example/api"
		started := time.Now()
		_, err := transport.List[struct{}](t.Context(), newClient(endless, policy.RetryOptions{}), call)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 11*time.Minute {
			t.Errorf("after %s and %d pages: %v", time.Since(started), page, err)
		}
	})
}
