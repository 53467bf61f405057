// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

// Proxy returns the proxy for a request.
var Proxy = proxy
