// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package conformance holds requests and answers against Microsoft's OpenAPI files: paths, parameters, bodies, statuses
// and required members. Members that a file does not declare are an error, so that a misspelt one is noticed.
//
// It serves the tests of the emulator and of its clients, by way of [emulator.Options.Observe].
package conformance
