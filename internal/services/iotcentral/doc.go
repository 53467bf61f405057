// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package iotcentral holds the Terraform types of Azure IoT Central.
package iotcentral
