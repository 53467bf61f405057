// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package release holds the tests of what a release contains: the archives, their
// names and whether Terraform installs them.
package release
