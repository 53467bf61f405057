// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provisioning

import (
	"crypto/x509"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// What becomes of a registration.
const (
	statusAssigning = "assigning"
	statusAssigned  = "assigned"
	statusDisabled  = "disabled"
)

// registration is the registration of a device with an ID scope.
type registration struct {
	scope, id string // whose case does not matter
	operation string
	state     registrationState
}

// registrationState is a registration as answers show it.
type registrationState struct {
	X509           struct{} `json:"x509"`
	RegistrationID string   `json:"registrationId"`
	Created        string   `json:"createdDateTimeUtc"`
	AssignedHub    string   `json:"assignedHub,omitempty"`
	DeviceID       string   `json:"deviceId,omitempty"`
	Status         string   `json:"status"`
	Substatus      string   `json:"substatus,omitempty"`
	ErrorMessage   string   `json:"errorMessage,omitempty"`
	LastUpdated    string   `json:"lastUpdatedDateTimeUtc"`
}

// operationStatus is how far a registration is. The state comes with its end.
type operationStatus struct {
	OperationID string             `json:"operationId"`
	Status      string             `json:"status"`
	State       *registrationState `json:"registrationState,omitempty"`
}

// register decides at once, and answers as if it took a while: devices look the operation up. A device that no group
// trusts is refused here; that its group is disabled, or that it is blocked, is the end of the operation.
func register(c *call) (rest.Answer, *rest.Failure) {
	scope := c.s.find(c.Path("scope"))
	if scope == nil {
		return rest.Answer{}, rest.Fail(http.StatusNotFound, "404002", "There is no ID scope '"+c.Path("scope")+"'.")
	}
	body, err := rest.ParseObject(c.Body)
	if err != nil {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "400001", err.Error()+".")
	}
	// Registration IDs are not case-sensitive, and hubs know devices in lower case.
	id := strings.ToLower(c.Path("registration"))
	sent := body.Text("registrationId")
	if err := rest.FirstProblem(body); err != nil || !strings.EqualFold(sent, id) {
		return rest.Answer{}, rest.Fail(http.StatusBadRequest, "400004", "The registrationId of the body is not that of the address.")
	}
	verdict := decide(presented(c.Request), id, scope.Groups(), c.Now)
	if verdict.refused != "" {
		return rest.Answer{}, rest.Fail(http.StatusUnauthorized, "401002", verdict.refused)
	}
	now := timestamp(c.Now)
	r := c.s.remember(c.Path("scope"), id)
	r.operation = "4." + c.RequestID[:16] + "." + uuid.NewString()
	substatus := "initialAssignment"
	if r.state.Status == statusAssigned {
		substatus = "reprovisionedToInitialAssignment"
	}
	created := r.state.Created
	if created == "" {
		created = now
	}
	r.state = registrationState{RegistrationID: id, Created: created, LastUpdated: now}
	hub, allowed := "", false
	if verdict.disabled == "" {
		if hub, allowed = scope.Assign(id, verdict.group, c.Now); !allowed {
			verdict.disabled = "The device is blocked."
		}
	}
	if allowed {
		r.state.Status, r.state.Substatus, r.state.AssignedHub, r.state.DeviceID = statusAssigned, substatus, hub, id
	} else {
		r.state.Status, r.state.ErrorMessage = statusDisabled, verdict.disabled
	}
	return rest.JSON(http.StatusAccepted, operationStatus{OperationID: r.operation, Status: statusAssigning}).
		With("Retry-After", "3"), nil
}

// presented is the chain that the device showed in the handshake, which proved that it has the key of the first.
func presented(r *http.Request) []*x509.Certificate {
	if r.TLS == nil {
		return nil
	}
	return r.TLS.PeerCertificates
}

// remember returns the registration of a device, which is new where there is none.
func (s *Service) remember(scope, id string) *registration {
	for _, r := range s.registrations {
		if strings.EqualFold(r.scope, scope) && r.id == id {
			return r
		}
	}
	r := &registration{scope: scope, id: id}
	s.registrations = append(s.registrations, r)
	return r
}

// lookUp answers how a registration ended. It is the device's own: another certificate does not see it.
func lookUp(c *call) (rest.Answer, *rest.Failure) {
	for _, r := range c.s.registrations {
		if r.operation != c.Path("operation") || !strings.EqualFold(r.scope, c.Path("scope")) || !strings.EqualFold(r.id, c.Path("registration")) {
			continue
		}
		if chain := presented(c.Request); len(chain) == 0 || !strings.EqualFold(chain[0].Subject.CommonName, r.id) {
			return rest.Answer{}, rest.Fail(http.StatusUnauthorized, "401002", "The registration is that of another device.")
		}
		state := r.state
		return rest.JSON(http.StatusOK, operationStatus{r.operation, state.Status, &state}), nil
	}
	return rest.Answer{}, rest.Fail(http.StatusNotFound, "404001", "There is no such operation.")
}
