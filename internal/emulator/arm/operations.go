// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// operationTime is how long a long-running operation takes when nobody polls it.
const operationTime = 6 * time.Second

// What long-running operations do, as their documents name it.
const (
	targetClaim  = "DeviceClaim"
	targetMove   = "DeviceUpdateDeviceGroup"
	targetUpload = "ImageUpload"
	targetDeploy = "DeployToDeviceGroup"
	targetUpdate = "CreateOrUpdate" // of types whose PUT is recorded as synchronous
)

// operation is a long-running operation.
type operation struct {
	name       string   // GUID, *, 64 hex digits
	queries    []string // each signs the polling URL, which clients must use as it is
	resourceID string   // as it was asked for
	target     string   // what is being done
	targetID   string   // of the resource afterwards; empty: null
	started    time.Time
	polls      int // polls left that find it in progress
	change     *catalog.Change
}

const operationPath = "/subscriptions/{sub}/providers/Microsoft.AzureSphere/locations/{location}/operationStatuses/{operation}"

func (s *Service) addOperations() {
	s.rest.On("GET "+operationPath, "Operations_Get", "Microsoft.AzureSphere/locations/operationStatuses/read", getOperation)
}

// start makes a long-running operation of an effect. The request ID of the call that starts it is its GUID, and the hash is
// that of the resource ID in lower case.
func (c *call) start(target, resourceID, targetID string, effect func()) *operation {
	hash := sha256.Sum256([]byte(strings.ToLower(resourceID)))
	op := &operation{
		name:       c.RequestID + "*" + strings.ToUpper(hex.EncodeToString(hash[:])),
		resourceID: resourceID,
		target:     target,
		targetID:   targetID,
		started:    c.Now,
		polls:      c.s.config.Behavior.OperationPolls,
		change:     c.s.config.Store.Begin(c.Now.Add(operationTime), effect),
	}
	if c.s.config.Behavior.OperationsFail {
		op.change.Drop(c.Now.Add(operationTime))
	}
	c.s.operations = append(c.s.operations, op)
	return op
}

// url signs an address to poll the operation at. Two addresses of one operation differ.
func (c *call) url(op *operation) string {
	random := randomBytes(2200)
	query := url.Values{
		"api-version": {sphereAPIVersion},
		"t":           {strconv.FormatInt(ticks(c.Now), 10)},
		// Where the service sends the certificate of who signs, the emulator sends noise of its length.
		"c": {base64.RawURLEncoding.EncodeToString(random[:1700])},
		"s": {base64.RawURLEncoding.EncodeToString(random[1700:1956])},
		"h": {base64.RawURLEncoding.EncodeToString(random[1956:1988])},
	}.Encode()
	op.queries = append(op.queries, query)
	return strings.TrimSuffix(c.s.config.Endpoint, "/") + op.id(c.s.config.SubscriptionID) + "?" + query
}

// ticks are the .NET ticks of a time: hundreds of nanoseconds since the year 1.
func ticks(t time.Time) int64 { return t.Unix()*1e7 + int64(t.Nanosecond()/100) + 621355968000000000 }

func (op *operation) id(subscriptionID string) string {
	return "/subscriptions/" + subscriptionID +
		"/providers/Microsoft.AzureSphere/locations/WESTCENTRALUS/operationStatuses/" + op.name
}

// accepted starts a long-running operation and answers 202: the body null, and an address in both headers, signed apart.
func (c *call) accepted(target, resourceID, targetID string, effect func()) rest.Answer {
	op := c.start(target, resourceID, targetID, effect)
	return rest.JSON(http.StatusAccepted, nil).With("Location", c.url(op)).With("Azure-AsyncOperation", c.url(op))
}

// created starts a long-running operation and answers 201: a short body, and Azure-AsyncOperation alone.
func (c *call) created(short armChild, target, targetID string, effect func()) rest.Answer {
	op := c.start(target, short.ID, targetID, effect)
	short = short.asPut(catalog.Made(c.principal.ClientID, c.Now))
	short.Properties = map[string]string{"provisioningState": "Accepted"}
	return rest.JSON(http.StatusCreated, short).With("Azure-AsyncOperation", c.url(op))
}

// putAnswer answers a PUT whose effect is there, of a type that is recorded as 200. Where the switch says so, it answers 201
// instead, and the resource is being provisioned until its operation ends. The function shows the resource.
func (c *call) putAnswer(kind, id string, provisioning *string, resource func() any) rest.Answer {
	*provisioning = "Succeeded"
	if !c.s.config.Behavior.Puts.asynchronous(kind) {
		return rest.JSON(http.StatusOK, resource())
	}
	*provisioning = "Provisioning"
	op := c.start(targetUpdate, id, id, func() { *provisioning = "Succeeded" })
	a := rest.JSON(http.StatusCreated, resource()).With("Azure-AsyncOperation", c.url(op))
	if c.s.config.Behavior.OperationsFail {
		*provisioning = "Failed"
	}
	return a
}

// operationDocument is what a poll answers. It has an error even when the operation succeeded.
type operationDocument struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ResourceID string         `json:"resourceId"`
	Status     string         `json:"status"`
	StartTime  string         `json:"startTime"`
	EndTime    string         `json:"endTime,omitempty"`
	Error      operationError `json:"error"`
	Properties any            `json:"properties,omitempty"`
}

type operationError struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Target  string `json:"target"`
	Details []any  `json:"details"`
}

func getOperation(c *call) (rest.Answer, *rest.Failure) {
	i := slices.IndexFunc(c.s.operations, func(op *operation) bool { return op.name == c.Path("operation") })
	if i < 0 {
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "NotFound", "The operation was not found.")
	}
	op := c.s.operations[i]
	if !slices.Contains(op.queries, c.Sent.RawQuery) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "InvalidOperationUri", "The address of the operation was altered.")
	}
	failing := c.s.config.Behavior.OperationsFail
	ended := !op.change.Ended().IsZero() && !c.Now.Before(op.change.Ended())
	if !ended {
		if op.polls == 0 {
			ended = true
			op.change.End(c.Now)
		} else {
			op.polls--
		}
	}
	document := operationDocument{
		ID: op.id(c.s.config.SubscriptionID), Name: op.name, ResourceID: op.resourceID, Status: "InProgress",
		StartTime: armTime(op.started), Error: operationError{Target: op.target, Details: []any{}},
	}
	switch {
	case ended && failing:
		document.Status, document.EndTime = "Failed", armTime(c.Now)
		document.Error.Code, document.Error.Message = "InternalServerError", "The operation failed."
	case ended:
		target := rest.Null
		if op.targetID != "" {
			target = rest.Set(op.targetID)
		}
		document.Status, document.EndTime = "Succeeded", armTime(op.change.Ended())
		document.Properties = struct {
			Target rest.OptionalText `json:"targetResourceId"`
		}{target}
	}
	return rest.JSON(http.StatusOK, document).With("ETag", catalog.NewETag()), nil
}

// randomBytes returns so many of them.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
