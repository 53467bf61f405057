// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulatortest

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// Device is a device with a certificate from Azure Sphere. Like a real one, it presents its chain to the provisioning service
// and asks to be assigned. Its methods may be called from several goroutines.
type Device struct {
	ID          string
	Certificate tls.Certificate

	emulator *emulator.Emulator
}

// Assignment is where a device was sent.
type Assignment struct {
	Hub       string // host name
	DeviceID  string // in the hub
	Substatus string
}

// RefusedError says why a device was not assigned.
type RefusedError struct {
	Status int    // of the answer
	Code   int    // error code, 0 when the registration ended as disabled
	Reason string // in words
}

// Error is the reason with its code.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("the device is refused with status %d, code %d: %s", e.Status, e.Code, e.Reason)
}

// NewDevice makes a device whose certificate is signed by the CA with the thumbprint, as if it had got it just now. It
// reports an error when no catalog has such a CA.
func NewDevice(e *emulator.Emulator, id, caThumbprint string) (*Device, error) {
	certificate, err := e.DeviceCertificate(caThumbprint, id)
	if err != nil {
		return nil, err
	}
	return &Device{id, certificate, e}, nil
}

// Enrol registers the device with the ID scope and looks up what came of it. Its error is a [*RefusedError] where the service
// does not want the device.
func (d *Device) Enrol(ctx context.Context, idScope string) (Assignment, error) {
	client := d.emulator.HTTPClient(d.Certificate)
	defer client.CloseIdleConnections()
	path := d.emulator.Info().Endpoints.DeviceProvisioning + idScope + "/registrations/" + d.ID
	var started struct{ OperationID, Status string }
	if err := d.send(ctx, client, http.MethodPut, path+"/register", http.StatusAccepted, &started); err != nil {
		return Assignment{}, err
	}
	var ended struct {
		Status            string
		RegistrationState struct{ AssignedHub, DeviceID, Substatus, ErrorMessage string }
	}
	if err := d.send(ctx, client, http.MethodGet, path+"/operations/"+started.OperationID, http.StatusOK, &ended); err != nil {
		return Assignment{}, err
	}
	state := ended.RegistrationState
	if ended.Status != "assigned" {
		return Assignment{}, &RefusedError{Status: http.StatusOK, Reason: ended.Status + ": " + state.ErrorMessage}
	}
	return Assignment{state.AssignedHub, state.DeviceID, state.Substatus}, nil
}

// send sends a request of the registration API and decodes its answer.
func (d *Device) send(ctx context.Context, client *http.Client, method, address string, want int, into any) error {
	var body []byte
	if method == http.MethodPut {
		body = []byte(JSON(map[string]string{"registrationId": d.ID}))
	}
	request, err := http.NewRequestWithContext(ctx, method, address+"?api-version=2021-06-01", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != want {
		refused := &RefusedError{Status: response.StatusCode}
		var problem struct {
			ErrorCode int
			Message   string
		}
		if err := json.NewDecoder(response.Body).Decode(&problem); err != nil {
			return fmt.Errorf("status %d: %w", response.StatusCode, err)
		}
		refused.Code, refused.Reason = problem.ErrorCode, problem.Message
		return refused
	}
	return json.NewDecoder(response.Body).Decode(into)
}
