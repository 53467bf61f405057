// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Package dps is a client of IoT Hub Device Provisioning Service: the service and its certificates in Azure Resource
// Manager (api-version 2022-12-12), and its enrollment groups in the data plane (2021-10-01).
//
// Each change of a certificate needs the etag of the answer before it, and so does a change of a group: etags are in
// the bodies alone, and are sent in If-Match as they are, without quotes (recordings of Microsoft's clients).
package dps
