// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package auth turns the identity arguments of the provider, which have the
// names, meaning and precedence of the azurerm and azapi providers, into a
// credential of azidentity.
//
// The package is pure: it reads no environment variables and keeps no state.
// Files are read only when the configuration names them, and nothing is sent
// before a token is asked for. azidentity itself looks at the process
// environment in two places that cannot be configured: the source of a managed
// identity (see managed_identity.go) and AZURE_REGIONAL_AUTHORITY_NAME, which
// chooses a regional token endpoint.
//
// What is wrong with a configuration is a [*ConfigError] that names the argument
// at fault. What goes wrong while a token is obtained is a [*TokenError]; for
// the usual causes [Explain] says what to do. No error contains a secret.
package auth
