// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import "strings"

// ConfigError says what is wrong with an identity argument. None of its texts
// contains a secret.
type ConfigError struct {
	// Argument is the argument of the provider block at fault, with a dot between
	// the steps of a nested one. Empty when nothing is configured at all, so that
	// no argument is at fault.
	Argument string

	// Variable is the environment variable that stands in for Argument. Empty when
	// Argument is.
	Variable string

	// Problem says what is wrong, as a clause without a full stop.
	Problem string

	// Remedy says what to do, in whole sentences.
	Remedy string

	// Err is the error behind the problem, or nil.
	Err error
}

// configError names the variable by the rule that azurerm follows without
// exception: the argument in upper case after ARM_.
func configError(argument, problem, remedy string, err error) *ConfigError {
	name := argument[strings.LastIndexByte(argument, '.')+1:]
	return &ConfigError{
		Argument: argument,
		Variable: "ARM_" + strings.ToUpper(name),
		Problem:  problem,
		Remedy:   remedy,
		Err:      err,
	}
}

// Error returns argument, variable, problem, cause and remedy in one text.
func (e *ConfigError) Error() string {
	var text strings.Builder
	if e.Argument != "" {
		text.WriteString(e.Argument + " (" + e.Variable + "): ")
	}
	text.WriteString(e.Problem)
	if e.Err != nil {
		text.WriteString(": " + e.Err.Error())
	}
	if e.Remedy != "" {
		text.WriteString(". " + e.Remedy)
	}
	return text.String()
}

// Unwrap returns the error behind the problem, or nil.
func (e *ConfigError) Unwrap() error { return e.Err }
