// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package azureiotcentral holds the Terraform types of Azure IoT Central.
package azureiotcentral
