// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package transport is what the clients of the services share: an HTTP client,
// an azcore pipeline with retry, rate limit, user agent and logging, one way to
// send a JSON call, and one error type.
package transport
