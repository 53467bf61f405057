// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package rest is what the emulated services have in common: routes, calls, answers, bodies and failures. It knows none
// of the services. A [Service] finds the route of a request, and its [Host] decides how the call is answered.
package rest
