// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"strings"
)

// QuietSDK turns the log of Terraform's SDK off, which writes a trace line at each
// step and leaves it to Terraform to discard them: a third of the time that this
// process takes. It stays on when any variable that begins with TF_LOG asks for a
// log. environ and setenv are those of package os.
func QuietSDK(environ []string, setenv func(name, value string) error) error {
	for _, variable := range environ {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "TF_LOG") && value != "" {
			return nil
		}
	}
	var failures error
	for _, name := range []string{"TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		failures = errors.Join(failures, setenv(name, "OFF"))
	}

	return failures
}
