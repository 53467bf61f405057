// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// setting is an argument after the environment and the default were applied.
type setting[T any] struct {
	value T
	// unknown says that Terraform does not know the argument yet. The value is the
	// default meanwhile, so that an error says what is not known, and not what an
	// empty text leads to.
	unknown bool
	// variable is the environment variable that the value comes from, or empty.
	variable string
}

// argument says where a setting is made.
type argument struct {
	// path is the name in the provider block, with dots: "endpoints.azure_sphere".
	path string
	// variables stand in for it, the first one that is set.
	variables []string
	// check says what is wrong with a value. Terraform checks those of the block;
	// those of the environment are checked here. It may be nil.
	check func(string) error
}

func (a argument) at() path.Path {
	at := path.Empty()
	for step := range strings.SplitSeq(a.path, ".") {
		at = at.AtName(step)
	}

	return at
}

// resolver takes each setting from the provider block, or else from the
// environment, or else from the default.
type resolver struct {
	getenv func(string) string
	diags  *diag.Diagnostics
	// unknown are the arguments that Terraform does not know yet, and without which
	// there is no token, in the order in which they were resolved.
	unknown []string
}

// members reads a nested block. Without the block all
// of them are null, and of one that Terraform does not know yet all are unknown.
func (r *resolver) members(ctx context.Context, block types.Object, into any) {
	if block.IsNull() || block.IsUnknown() {
		var absent any
		if block.IsUnknown() {
			absent = tftypes.UnknownValue
		}
		members := map[string]attr.Value{}
		for name, kind := range block.AttributeTypes(ctx) {
			member, err := kind.ValueFromTerraform(ctx, tftypes.NewValue(kind.TerraformType(ctx), absent))
			if err != nil { // Every type has both.
				r.diags.AddError("Unreadable provider block", err.Error())
			}
			members[name] = member
		}
		block = types.ObjectValueMust(block.AttributeTypes(ctx), members)
	}
	r.diags.Append(block.As(ctx, into, basetypes.ObjectAsOptions{})...)
}

// text resolves an argument that must be known to get a token.
func (r *resolver) text(argument argument, configured types.String, fallback string) setting[string] {
	switch {
	case configured.IsUnknown():
		r.unknown = append(r.unknown, argument.path)
		return setting[string]{value: fallback, unknown: true}
	case !configured.IsNull():
		return setting[string]{value: configured.ValueString()}
	}
	if found := r.environment(argument); found.value != "" {
		return found
	}

	return setting[string]{value: fallback}
}

// flag resolves a switch that must be known to get a token.
func (r *resolver) flag(name string, configured types.Bool, fallback bool, variable string) bool {
	switch {
	case configured.IsUnknown():
		r.unknown = append(r.unknown, name)
		return false
	case !configured.IsNull():
		return configured.ValueBool()
	}
	value := strings.TrimSpace(r.getenv(variable))
	if value == "" {
		return fallback
	}
	parsed, err := strconv.ParseBool(value)
	if err != nil {
		r.diags.AddAttributeError(path.Root(name), "Not true or false",
			fmt.Sprintf("The environment variable %s is %q; it must be true or false.", variable, value))
	}

	return parsed
}

// number resolves a number that no token depends on. While Terraform does not know
// it, it is the fallback.
func (r *resolver) number(argument argument, configured types.Int64, fallback int) int {
	if configured.IsUnknown() {
		return fallback
	}
	if !configured.IsNull() {
		return int(configured.ValueInt64())
	}
	found := r.environment(argument)
	if found.value == "" {
		return fallback
	}
	number, err := strconv.Atoi(found.value)
	if err != nil {
		return fallback // environment has reported it.
	}

	return number
}

// defaultOf resolves a default for resources. It may stay unknown while planning.
func (r *resolver) defaultOf(argument argument, configured types.String) types.String {
	if !configured.IsNull() {
		return configured
	}
	if found := r.environment(argument); found.value != "" {
		return types.StringValue(found.value)
	}

	return types.StringNull()
}

// environment returns what the environment says about an argument, checked. White
// space around it is common in a variable that a pipeline sets.
func (r *resolver) environment(argument argument) setting[string] {
	for _, variable := range argument.variables {
		value := strings.TrimSpace(r.getenv(variable))
		if value == "" {
			continue
		}
		if argument.check != nil {
			if err := argument.check(value); err != nil {
				r.diags.AddAttributeError(argument.at(), "Unusable environment variable", fmt.Sprintf("%s: %s.", variable, err))
			}
		}

		return setting[string]{value: value, variable: variable}
	}

	return setting[string]{}
}
