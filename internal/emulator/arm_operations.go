// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// operationTime is how long a long-running operation takes when nobody polls it.
const operationTime = 6 * time.Second

// operation is a long-running operation.
type operation struct {
	name       string // GUID, *, 64 hex digits
	query      string // signs the polling URL, which clients must use as it is
	resourceID string // of the resource before
	targetID   string // of the resource afterwards
	target     string // what is being done
	started    time.Time
	ended      time.Time // zero: in progress
	polls      int       // polls left that find it in progress
	effect     func()    // what it does in the end
}

const operationPath = "/subscriptions/{sub}/providers/Microsoft.AzureSphere/locations/{location}/operationStatuses/{operation}"

func (e *Emulator) addOperations(s *service) {
	s.on("GET "+operationPath, "Operations_Get", "Microsoft.AzureSphere/locations/operationStatuses/read", getOperation)
}

// start makes a long-running operation of an effect, and returns the URL to poll it at.
func (c *call) start(target, resourceID, targetID string, effect func()) string {
	random := randomBytes(56)
	op := &operation{
		// The request ID of the call that starts an operation is the GUID of the operation.
		name: c.requestID + "*" + strings.ToUpper(hex.EncodeToString(random[:32])),
		query: url.Values{
			"api-version": {sphereAPIVersion},
			"t":           {fmt.Sprint(c.now.UnixNano())},
			"c":           {hex.EncodeToString(random[32:40])},
			"s":           {hex.EncodeToString(random[40:48])},
			"h":           {hex.EncodeToString(random[48:])},
		}.Encode(),
		resourceID: resourceID,
		targetID:   targetID,
		target:     target,
		started:    c.now,
		polls:      c.behavior().OperationPolls,
		effect:     effect,
	}
	c.e.operations = append(c.e.operations, op)
	return strings.TrimSuffix(c.e.info.Endpoints.ResourceManager, "/") + op.id(c.e) + "?" + op.query
}

func (op *operation) id(e *Emulator) string {
	return "/subscriptions/" + e.info.SubscriptionID +
		"/providers/Microsoft.AzureSphere/locations/WESTCENTRALUS/operationStatuses/" + op.name
}

// accepted starts a long-running operation and answers 202: the body null, and one URL in both headers.
func (c *call) accepted(target, resourceID, targetID string, effect func()) answer {
	location := c.start(target, resourceID, targetID, effect)
	return jsonAnswer(http.StatusAccepted, nil).with("Location", location).with("Azure-AsyncOperation", location)
}

// putAnswer answers a PUT that is done. Where the switch says so, it answers 201 instead, and the resource is being
// provisioned until its operation ends. The function shows the resource.
func (c *call) putAnswer(id string, provisioning *string, resource func() any) answer {
	*provisioning = "Succeeded"
	if !c.behavior().PutAsynchronous {
		return jsonAnswer(http.StatusOK, resource())
	}
	location := c.start("CreateOrUpdate", id, id, func() { *provisioning = "Succeeded" })
	*provisioning = "Provisioning"
	return jsonAnswer(http.StatusCreated, resource()).with("Azure-AsyncOperation", location).with("Retry-After", "1")
}

// getOperation answers the status document. It has an error member even when the operation succeeded.
func getOperation(c *call) (answer, *failure) {
	i := slices.IndexFunc(c.e.operations, func(op *operation) bool { return op.name == c.path("operation") })
	if i < 0 {
		return answer{}, failOwn(http.StatusNotFound, "NotFound", "The operation was not found.")
	}
	op := c.e.operations[i]
	if c.sent.RawQuery != op.query {
		return answer{}, failOwn(http.StatusBadRequest, "InvalidOperationUri", "The address of the operation was altered.")
	}
	if op.ended.IsZero() {
		if op.polls == 0 {
			op.end(c.now)
		} else {
			op.polls--
		}
	}
	document := map[string]any{
		"id":         op.id(c.e),
		"name":       op.name,
		"resourceId": op.resourceID,
		"status":     "InProgress",
		"startTime":  armTime(op.started),
		"error":      map[string]any{"target": op.target, "details": []any{}},
	}
	if !op.ended.IsZero() {
		document["status"] = "Succeeded"
		document["endTime"] = armTime(op.ended)
		document["properties"] = map[string]any{"targetResourceId": op.targetID}
	}
	return jsonAnswer(http.StatusOK, document).with("ETag", newResourceETag()), nil
}

func (op *operation) end(now time.Time) {
	op.effect()
	op.ended = now
}

// settleOperations ends the operations that nobody has polled to their end.
func (e *Emulator) settleOperations(now time.Time) {
	for _, op := range e.operations {
		if op.ended.IsZero() && !now.Before(op.started.Add(operationTime)) {
			op.end(now)
		}
	}
}
