// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var leadingDays = regexp.MustCompile(`^(\d{1,5})d`)

// ParseDuration reads a length of time of at least 0: that of [time.ParseDuration] with days before it where needed, as
// in 90d, 1d12h or 2160h.
func ParseDuration(text string) (time.Duration, error) {
	rest, days := text, 0
	if found := leadingDays.FindStringSubmatch(text); found != nil {
		days, _ = strconv.Atoi(found[1]) // At most five digits.
		rest = text[len(found[0]):]
	}
	var short time.Duration
	if rest != "" || text == "" {
		var err error
		if short, err = time.ParseDuration(rest); err != nil || short < 0 {
			return 0, fmt.Errorf("%q is not a length of time, such as 90d or 2160h", text)
		}
	}
	return time.Duration(days)*24*time.Hour + short, nil
}
