// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

const modulePath = "github.com/spheretrust/terraform-provider-azuresphere/"

// block is a stretch of statements without a branch.
type block struct {
	file                   string
	firstLine, firstColumn int
	lastLine, lastColumn   int
	statements             int
}

// line is FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT.
var line = regexp.MustCompile(`^(.+):(\d+)\.(\d+),(\d+)\.(\d+) (\d+) (\d+)$`)

// readProfile returns how often each block was executed. A block stands in the
// profile once for each program that contains it.
func readProfile(profile string) (map[block]int, error) {
	file, err := os.Open(profile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	executed := map[block]int{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		match := line.FindStringSubmatch(scanner.Text())
		if match == nil {
			continue // The line that says the mode.
		}
		var numbers [6]int
		for i := range numbers {
			if numbers[i], err = strconv.Atoi(match[i+2]); err != nil {
				return nil, fmt.Errorf("%s: %w", match[0], err)
			}
		}
		one := block{strings.TrimPrefix(match[1], modulePath), numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]}
		executed[one] += numbers[5]
	}
	if len(executed) == 0 {
		return nil, errors.New(profile + " has no blocks")
	}

	return executed, nil
}
