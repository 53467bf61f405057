// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package azuresphere holds the Terraform types of Azure Sphere.
package azuresphere
