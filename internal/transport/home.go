// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// HomeOnly is a policy that signs requests to the hosts of one service, and refuses
// all others: a token must not reach a host that somebody else's ID names.
type HomeOnly struct {
	// Suffix is the DNS suffix of the service, with a port unless that is https's
	// own: "azureiotcentral.com". Without one every host is refused.
	Suffix string
	// Remedy says how the suffix is set.
	Remedy string
	// Sign adds the token.
	Sign policy.Policy
}

var _ policy.Policy = HomeOnly{}

// Do implements policy.Policy.
func (h HomeOnly) Do(request *policy.Request) (*http.Response, error) {
	if host := request.Raw().URL.Host; !h.isHome(host) {
		return nil, &NotSentError{cause: &ForeignHostError{Host: host, Suffix: h.Suffix, remedy: h.Remedy}}
	}

	return h.Sign.Do(request)
}

func (h HomeOnly) isHome(host string) bool {
	host, suffix := canonicalHost(host), canonicalHost(h.Suffix)

	return suffix != "" && (host == suffix || strings.HasSuffix(host, "."+suffix))
}

// canonicalHost returns a host in lower case, without https's own port.
func canonicalHost(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && port == "443" {
		host = name
	}

	return strings.ToLower(host)
}

// ForeignHostError says that a request was not sent, since its token belongs to
// another service.
type ForeignHostError struct {
	Host, Suffix string
	remedy       string
}

// Error implements error.
func (e *ForeignHostError) Error() string {
	if e.Suffix == "" {
		return fmt.Sprintf("no token is sent to %s, since the DNS suffix of the service is not known. %s", e.Host, e.remedy)
	}

	return fmt.Sprintf("no token is sent to %s, which is not below %s. %s", e.Host, e.Suffix, e.remedy)
}
