// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
)

// UnreachableError is a failure to connect that no repetition changes: a name that
// does not exist, an address that is none, or a certificate that is not trusted.
// Nothing was sent.
type UnreachableError struct {
	// Host is what could not be reached, with its port.
	Host string

	cause  error
	remedy string
}

// Error implements error. It says what to look at.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %s. %s", e.Host, e.cause, e.remedy)
}

// Unwrap returns the cause.
func (e *UnreachableError) Unwrap() error { return e.cause }

// NonRetriable keeps azcore from trying again.
func (*UnreachableError) NonRetriable() {}

// unreachable returns a failure to connect as an *UnreachableError if repeating
// cannot help, and as it is otherwise.
func unreachable(host string, err error) error {
	var (
		name      *net.DNSError
		untrusted *tls.CertificateVerificationError
		address   *net.AddrError
		number    *strconv.NumError
		remedy    string
	)
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		remedy = "Check the application, or the address in endpoints that names this host"
	case errors.As(err, &untrusted):
		remedy = "If a proxy inspects TLS, set ca_bundle_path (ARM_CA_BUNDLE) to its CA certificate"
	case errors.As(err, &address), errors.As(err, &number):
		remedy = "Check the host and the port in endpoints"
	default:
		return err
	}

	return &UnreachableError{Host: host, cause: err, remedy: remedy}
}
