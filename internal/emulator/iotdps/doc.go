// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package iotdps is IoT Hub Device Provisioning Service: provisioning services and their certificates in Resource Manager
// (Microsoft.Devices), enrollment groups and registrations in the data plane, and whether a device may register.
package iotdps
