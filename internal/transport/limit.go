// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"fmt"
	"io"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Limits of what is read of an answer, in bytes after decompression. A list of a
// thousand groups has less than one megabyte.
const (
	maxAnswer  = 8 << 20
	maxRefusal = 1 << 20
	maxToken   = 1 << 20
)

// tokensOnly ends the bodies of answers to token requests, which are short.
type tokensOnly struct{ policy.Transporter }

// Do implements policy.Transporter.
func (t tokensOnly) Do(request *http.Request) (*http.Response, error) {
	response, err := t.Transporter.Do(request)
	if err == nil {
		response.Body = &limitedBody{ReadCloser: response.Body, left: maxToken, limit: maxToken}
	}

	return response, err
}

// TooLargeError says that an answer is larger than any that the services give.
type TooLargeError struct{ Limit int64 }

// Error implements error.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the answer is larger than %d MB, which no answer of the service is; a proxy may have made it", e.Limit>>20)
}

// NonRetriable keeps azcore from trying again.
func (*TooLargeError) NonRetriable() {}

// limited ends the bodies of answers. It is beyond the transport that decompresses
// them, so that a small body cannot become an endless one.
type limited struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l limited) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := l.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	limit := int64(maxAnswer)
	if response.StatusCode >= http.StatusBadRequest {
		limit = maxRefusal
	}
	response.Body = &limitedBody{ReadCloser: response.Body, left: limit, limit: limit}

	return response, nil
}

type limitedBody struct {
	io.ReadCloser

	left, limit int64
}

// Read implements io.Reader. It fails when the body goes on past the limit.
func (b *limitedBody) Read(into []byte) (int, error) {
	if int64(len(into)) > b.left+1 {
		into = into[:b.left+1] // One more byte shows whether the body ends here.
	}
	n, err := b.ReadCloser.Read(into)
	if int64(n) > b.left {
		return int(b.left), &TooLargeError{Limit: b.limit}
	}
	b.left -= int64(n)

	return n, err
}
