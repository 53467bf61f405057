// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package entra is the part of Microsoft Entra ID that signs applications in: a tenant with its principals, the token
// endpoint, and what lends an identity to a machine or to a job of a CI service. The other services ask it whom a token
// belongs to.
package entra
