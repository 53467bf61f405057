// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// longestRetryAfter is how long a Retry-After is honoured at most, where the
// operation has the time. The services ask for minutes at most.
const longestRetryAfter = time.Hour

// DefaultRetry returns how calls that may be repeated are: on 408, 429, 5xx and
// lost connections, up to six times, after about 1, 3, 7, 15, 31 and 63 seconds
// with jitter, or after what a Retry-After header says.
func DefaultRetry() policy.RetryOptions {
	return policy.RetryOptions{MaxRetries: 6, RetryDelay: time.Second, MaxRetryDelay: longestRetryAfter}
}

// mayPass reports whether a try failed with what another may not: a lost
// connection, or a status that says so. azcore asks for it before each repetition.
func mayPass(response *http.Response, err error) bool {
	if err != nil {
		return true
	}

	return slices.Contains([]int{
		http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, response.StatusCode) && hasTimeFor(response)
}

// isHeldBack reports whether a service did nothing but ask to come again.
func isHeldBack(response *http.Response, err error) bool {
	return err == nil && response.StatusCode == http.StatusTooManyRequests && hasTimeFor(response)
}

// hasTimeFor reports whether the operation still runs when the answer allows
// another try. Otherwise there is no point in waiting for it.
func hasTimeFor(response *http.Response) bool {
	if response.Request == nil {
		return true
	}
	deadline, limited := response.Request.Context().Deadline()

	return !limited || time.Until(deadline) > retryAfter(response.Header)
}

// retryAfter returns how long an answer asks to wait, or zero. azcore honours the
// same headers, in this order.
func retryAfter(header http.Header) time.Duration {
	for _, one := range []struct {
		name string
		unit time.Duration
	}{{"retry-after-ms", time.Millisecond}, {"x-ms-retry-after-ms", time.Millisecond}, {"Retry-After", time.Second}} {
		value := header.Get(one.name)
		if number, err := strconv.ParseFloat(value, 64); err == nil && number > 0 {
			return time.Duration(number * float64(one.unit))
		}
		if date, err := http.ParseTime(value); err == nil {
			return max(time.Until(date), 0)
		}
	}

	return 0
}
