// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package main

import "os"

// peakOf is known on Linux only.
func peakOf(*os.ProcessState) int64 { return 0 }
