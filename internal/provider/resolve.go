// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// resolver takes each value from the configuration, or else from the environment,
// or else from the default.
type resolver struct {
	getenv func(string) string
	diags  *diag.Diagnostics
	// unknown collects the arguments that Terraform does not know yet, and without
	// which there is no token.
	unknown []string
}

// members reads a nested block, whose members are all texts. Without the block all
// of them are null, and of one that Terraform does not know yet all are unknown.
func (r *resolver) members(ctx context.Context, block types.Object, into any) {
	if block.IsNull() || block.IsUnknown() {
		absent := types.StringNull()
		if block.IsUnknown() {
			absent = types.StringUnknown()
		}
		members := map[string]attr.Value{}
		for name := range block.AttributeTypes(ctx) {
			members[name] = absent
		}
		block = types.ObjectValueMust(block.AttributeTypes(ctx), members)
	}
	r.diags.Append(block.As(ctx, into, basetypes.ObjectAsOptions{})...)
}

// isUnknown reports whether one of the arguments, resolved before, is not known.
func (r *resolver) isUnknown(arguments ...string) bool {
	return slices.ContainsFunc(arguments, func(argument string) bool { return slices.Contains(r.unknown, argument) })
}

// text resolves an argument that must be known to get a token. The fallback stands
// in for it meanwhile, so that an error says what is not known, and not what an
// empty text leads to.
func (r *resolver) text(argument string, configured types.String, fallback string, variables ...string) string {
	if configured.IsUnknown() {
		r.unknown = append(r.unknown, argument)
		return fallback
	}
	if !configured.IsNull() {
		return configured.ValueString()
	}
	if value, _ := r.first(variables); value != "" {
		return value
	}

	return fallback
}

func (r *resolver) flag(argument string, configured types.Bool, fallback bool, variable string) bool {
	if configured.IsUnknown() {
		r.unknown = append(r.unknown, argument)
		return false
	}
	if !configured.IsNull() {
		return configured.ValueBool()
	}
	value := strings.TrimSpace(r.getenv(variable))
	if value == "" {
		return fallback
	}
	parsed, err := strconv.ParseBool(value)
	if err != nil {
		r.diags.AddAttributeError(path.Root(argument), "Not true or false",
			fmt.Sprintf("The environment variable %s is %q; it must be true or false.", variable, value))
	}

	return parsed
}

// setting resolves a default for resources. It may stay unknown while planning.
func (r *resolver) setting(at path.Path, configured types.String, check func(string) error, variable string) types.String {
	if !configured.IsNull() {
		return configured
	}
	value := strings.TrimSpace(r.getenv(variable))
	if value == "" {
		return types.StringNull()
	}
	if err := check(value); err != nil {
		r.diags.AddAttributeError(at, "Unusable environment variable", fmt.Sprintf("%s: %s.", variable, err))
	}

	return types.StringValue(value)
}

func (r *resolver) first(variables []string) (value, variable string) {
	for _, variable := range variables {
		if value := r.getenv(variable); value != "" {
			return value, variable
		}
	}

	return "", ""
}
