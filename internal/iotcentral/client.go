// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"net/url"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Versions of the API that have enrollment groups. The preview alone returns the
// ID scope.
const (
	APIVersionPreview = "2022-10-31-preview"
	APIVersionStable  = "2022-07-31"
)

// MaxRequestsPerSecond is the limit of an application, which counts all users and
// tokens. RequestsPerSecond is what this provider uses of it by default: it leaves
// room for people who use the portal meanwhile.
const (
	MaxRequestsPerSecond = 20
	RequestsPerSecond    = 18
)

// Client talks to any number of applications; each ID names its host. Its reads ask
// the service. Shared and Look use again what was just read.
type Client struct {
	transport  *transport.Client
	apiVersion string
	memory     *memory
}

// New returns a client that uses the given version of the API. now is the clock of
// the machine, by which answers grow old.
func New(client *transport.Client, apiVersion string, now func() time.Time) *Client {
	return &Client{transport: client, apiVersion: apiVersion, memory: newMemory(now)}
}

func (c *Client) address(host string, path ...string) string {
	escaped := make([]string, len(path))
	for i, segment := range path {
		escaped[i] = url.PathEscape(segment)
	}
	address := url.URL{Scheme: "https", Host: host}

	return address.JoinPath("api").JoinPath(escaped...).String() + "?api-version=" + url.QueryEscape(c.apiVersion)
}
