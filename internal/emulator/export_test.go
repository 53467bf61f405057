// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import "net/http"

// SignToken signs any claims as the token endpoint signs its own.
func (e *Emulator) SignToken(claims map[string]any) (string, error) { return e.tenant.Sign(claims) }

// ServeMain serves a request as the main listener does.
func (e *Emulator) ServeMain(w http.ResponseWriter, r *http.Request) { e.serveMain(w, r) }

// MatchesGlob reports whether a path fits the glob of a fault.
func MatchesGlob(glob, path string) bool { return compileGlob(glob).MatchString(path) }
