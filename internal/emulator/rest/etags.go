// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package rest

import (
	"encoding/base64"
	"fmt"
	"time"
)

// ETags makes etags in the form of IoT Central and of Device Provisioning Service: base64 of a quoted tag. They count, so
// that no two are alike. The zero value is ready to use.
type ETags struct{ count int }

// New makes an etag.
func (e *ETags) New(now time.Time) string {
	e.count++
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "\"%08x-0000-0700-0000-%08x0000\"", e.count, now.Unix()))
}

// Load returns an etag that was saved, after which new ones differ from it, or a new one where there is none.
func (e *ETags) Load(saved string, now time.Time) string {
	if saved == "" {
		return e.New(now)
	}
	var count int
	if tag, err := base64.StdEncoding.DecodeString(saved); err == nil {
		if _, err := fmt.Sscanf(string(tag), "\"%08x-", &count); err == nil {
			e.count = max(e.count, count)
		}
	}
	return saved
}
