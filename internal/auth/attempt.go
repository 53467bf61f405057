// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// signInTimeout limits one sign-in with all of its requests and repetitions. The
// tokens are shared, so each caller would wait as long.
const signInTimeout = 2 * time.Minute

// attempt is what was seen of a sign-in. MSAL reports a failure as text, which may
// repeat an answer with a token, so that text is not shown.
type attempt struct {
	mutex sync.Mutex
	// status is that of the last answer, or zero.
	status int
	// lost is why the last request had no answer.
	lost error
	// assertion is why there is no ID token to present.
	assertion error
}

type attemptKey struct{}

func withAttempt(ctx context.Context) (context.Context, *attempt) {
	seen := &attempt{}

	return context.WithValue(ctx, attemptKey{}, seen), seen
}

// note changes the attempt of a context, where there is one.
func note(ctx context.Context, change func(*attempt)) {
	if seen, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		seen.mutex.Lock()
		defer seen.mutex.Unlock()
		change(seen)
	}
}

// attemptPolicy notes what becomes of each request.
type attemptPolicy struct{}

// Do implements policy.Policy.
func (attemptPolicy) Do(request *policy.Request) (*http.Response, error) {
	response, err := request.Next()
	note(request.Raw().Context(), func(seen *attempt) {
		seen.status, seen.lost = 0, err
		if err == nil {
			seen.status = response.StatusCode
		}
	})

	return response, err
}

// failure returns the reason for which a sign-in failed with err.
func (a *attempt) failure(ctx context.Context, err error) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	var refused *azidentity.AuthenticationFailedError
	switch {
	case a.assertion != nil:
		return a.assertion
	case errors.Is(context.Cause(ctx), errSignInTimeout):
		if a.lost != nil && !errors.Is(a.lost, context.DeadlineExceeded) {
			return fmt.Errorf("%w; the last try failed: %w", errSignInTimeout, a.lost)
		}
		return errSignInTimeout
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refused) && refused.RawResponse != nil:
		return newAnswerError(refused.RawResponse)
	case a.lost != nil:
		return a.lost
	case a.status != 0:
		return &AnswerError{StatusCode: a.status}
	default: // Nothing was sent: the text is about this machine.
		return errors.New(Redact(err.Error()))
	}
}

// errSignInTimeout says that a sign-in took too long.
var errSignInTimeout = fmt.Errorf("there was no answer within %s", signInTimeout)
