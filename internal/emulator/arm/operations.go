// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
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
	polls      int // polls left that find it in progress
	change     *catalog.Change
}

const operationPath = "/subscriptions/{sub}/providers/Microsoft.AzureSphere/locations/{location}/operationStatuses/{operation}"

func (s *Service) addOperations() {
	s.rest.On("GET "+operationPath, "Operations_Get", "Microsoft.AzureSphere/locations/operationStatuses/read", getOperation)
}

// start makes a long-running operation of an effect, and returns the URL to poll it at.
func (c *call) start(target, resourceID, targetID string, effect func()) string {
	random := randomBytes(56)
	op := &operation{
		// The request ID of the call that starts an operation is the GUID of the operation.
		name: c.RequestID + "*" + strings.ToUpper(hex.EncodeToString(random[:32])),
		query: url.Values{
			"api-version": {sphereAPIVersion},
			"t":           {fmt.Sprint(c.Now.UnixNano())},
			"c":           {hex.EncodeToString(random[32:40])},
			"s":           {hex.EncodeToString(random[40:48])},
			"h":           {hex.EncodeToString(random[48:])},
		}.Encode(),
		resourceID: resourceID,
		targetID:   targetID,
		target:     target,
		started:    c.Now,
		polls:      c.s.config.Behavior.OperationPolls,
		change:     c.s.config.Store.Begin(c.Now.Add(operationTime), effect),
	}
	c.s.operations = append(c.s.operations, op)
	return strings.TrimSuffix(c.s.config.Endpoint, "/") + op.id(c.s.config.SubscriptionID) + "?" + op.query
}

func (op *operation) id(subscriptionID string) string {
	return "/subscriptions/" + subscriptionID +
		"/providers/Microsoft.AzureSphere/locations/WESTCENTRALUS/operationStatuses/" + op.name
}

// accepted starts a long-running operation and answers 202: the body null, and one URL in both headers.
func (c *call) accepted(target, resourceID, targetID string, effect func()) rest.Answer {
	location := c.start(target, resourceID, targetID, effect)
	return rest.JSON(http.StatusAccepted, nil).With("Location", location).With("Azure-AsyncOperation", location)
}

// putAnswer answers a PUT that is done. Where the switch says so, it answers 201 instead, and the resource is being
// provisioned until its operation ends. The function shows the resource.
func (c *call) putAnswer(id string, provisioning *string, resource func() any) rest.Answer {
	*provisioning = "Succeeded"
	if !c.s.config.Behavior.PutAsynchronous {
		return rest.JSON(http.StatusOK, resource())
	}
	location := c.start("CreateOrUpdate", id, id, func() { *provisioning = "Succeeded" })
	*provisioning = "Provisioning"
	return rest.JSON(http.StatusCreated, resource()).With("Azure-AsyncOperation", location).With("Retry-After", "1")
}

// getOperation answers the status document. It has an error member even when the operation succeeded.
func getOperation(c *call) (rest.Answer, *rest.Failure) {
	i := slices.IndexFunc(c.s.operations, func(op *operation) bool { return op.name == c.Path("operation") })
	if i < 0 {
		return rest.Answer{}, rest.FailOwn(http.StatusNotFound, "NotFound", "The operation was not found.")
	}
	op := c.s.operations[i]
	if c.Sent.RawQuery != op.query {
		return rest.Answer{}, rest.FailOwn(http.StatusBadRequest, "InvalidOperationUri", "The address of the operation was altered.")
	}
	if op.change.Ended().IsZero() {
		if op.polls == 0 {
			op.change.End(c.Now)
		} else {
			op.polls--
		}
	}
	document := map[string]any{
		"id":         op.id(c.s.config.SubscriptionID),
		"name":       op.name,
		"resourceId": op.resourceID,
		"status":     "InProgress",
		"startTime":  armTime(op.started),
		"error":      map[string]any{"target": op.target, "details": []any{}},
	}
	if !op.change.Ended().IsZero() {
		document["status"] = "Succeeded"
		document["endTime"] = armTime(op.change.Ended())
		document["properties"] = map[string]any{"targetResourceId": op.targetID}
	}
	return rest.JSON(http.StatusOK, document).With("ETag", catalog.NewETag()), nil
}

// randomBytes returns so many of them.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
