// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"syscall"
)

// peakOf returns the peak of the memory of a process and of those that it waited for.
// Linux counts in kibibytes.
func peakOf(state *os.ProcessState) int64 {
	if used, ok := state.SysUsage().(*syscall.Rusage); ok {
		return used.Maxrss << 10
	}

	return 0
}
