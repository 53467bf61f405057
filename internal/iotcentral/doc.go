// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package iotcentral is a client of the enrollment groups of Azure IoT Central
// applications: groups, their two certificate entries, and the verification of a
// certificate. It speaks the data plane in api-version 2022-10-31-preview or
// 2022-07-31.
package iotcentral
