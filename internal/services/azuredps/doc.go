// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package azuredps holds the types of IoT Hub Device Provisioning Service:
// azuresphere_dps_….
package azuredps
