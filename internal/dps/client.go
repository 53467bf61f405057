// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package dps

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// Versions of the APIs.
const (
	resourceAPIVersion = "2022-12-12"
	dataAPIVersion     = "2021-10-01"
)

// ErrNoSuffix is the error for a cloud whose DNS suffix of the data plane is not known.
var ErrNoSuffix = errors.New("the DNS suffix of Device Provisioning Service is not known in this environment; " +
	"set endpoints.dps_dns_suffix (AZURE_DPS_DNS_SUFFIX)")

// Config says where the services are.
type Config struct {
	// Management talks to Azure Resource Manager at the address Endpoint.
	Management *transport.Client
	Endpoint   string
	// Data talks to the data planes. DNSSuffix follows the name of a service in its host: "azure-devices-provisioning.net".
	Data      *transport.Client
	DNSSuffix string
}

// Client talks to any number of services; each ID names its service.
type Client struct{ config Config }

// New returns a client.
func New(config Config) *Client {
	config.Endpoint = strings.TrimSuffix(config.Endpoint, "/")

	return &Client{config: config}
}

// Ready reports whether the host of a data plane is known.
func (c *Client) Ready() bool { return c.config.DNSSuffix != "" }

// Host returns the host of the data plane of a service.
func (c *Client) Host(service string) string {
	return strings.ToLower(nameOf(service)) + "." + c.config.DNSSuffix
}

// resourceAddress is the address of a service, or of something in it, in Azure Resource Manager.
func (c *Client) resourceAddress(service string, path ...string) string {
	return c.config.Endpoint + transport.EscapePath(strings.Join(append([]string{service}, path...), "/")) + "?api-version=" + resourceAPIVersion
}

// sendData makes a call to the data plane of a service.
func (c *Client) sendData(ctx context.Context, service string, call transport.Call, out any, path ...string) error {
	if !c.Ready() {
		return ErrNoSuffix
	}
	call.URL = c.dataAddress(service, path...)

	return c.config.Data.Send(ctx, call, out)
}

// dataAddress is the address of something in the data plane of a service.
func (c *Client) dataAddress(service string, path ...string) string {
	address := url.URL{Scheme: "https", Host: c.Host(service), RawQuery: "api-version=" + dataAPIVersion}

	return address.JoinPath(escaped(path)...).String()
}

func escaped(path []string) []string {
	segments := make([]string, len(path))
	for i, segment := range path {
		segments[i] = url.PathEscape(segment)
	}

	return segments
}

// ifMatch returns the header that an etag belongs in, or none.
func ifMatch(etag string) http.Header {
	if etag == "" {
		return nil
	}

	return http.Header{"If-Match": {etag}}
}

func unreadable(service transport.Service, operation string, cause error) error {
	return &transport.UnreadableError{Service: service.Name, Operation: operation, Cause: cause}
}
