// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package emulatortest is what the tests of the emulator have in common: a client of a running emulator, a clock that they
// move, and CAs of no service.
package emulatortest
