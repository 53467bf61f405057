// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// controlPrefix begins the paths that control the emulator itself.
const controlPrefix = "/_emulator/"

// controlHandler serves the control endpoints. They need no token and are not logged.
func (e *Emulator) controlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_emulator/requests", func(w http.ResponseWriter, _ *http.Request) {
		requests := e.Requests()
		if requests == nil {
			requests = []Request{}
		}
		jsonAnswer(http.StatusOK, requests).write(w)
	})
	mux.HandleFunc("DELETE /_emulator/requests", func(w http.ResponseWriter, _ *http.Request) {
		e.ResetRequests()
		emptyAnswer(http.StatusNoContent).write(w)
	})
	mux.HandleFunc("POST /_emulator/faults", func(w http.ResponseWriter, r *http.Request) {
		var fault Fault
		if err := readControl(r, &fault); err != nil {
			controlError(http.StatusBadRequest, err).write(w)
			return
		}
		if fault.Status == 0 && !fault.Drop {
			controlError(http.StatusBadRequest, errors.New("a fault has a status or drops the connection")).write(w)
			return
		}
		e.Fail(fault)
		emptyAnswer(http.StatusNoContent).write(w)
	})
	mux.HandleFunc("DELETE /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		e.ClearFaults()
		emptyAnswer(http.StatusNoContent).write(w)
	})
	mux.HandleFunc("POST /_emulator/rotate", func(w http.ResponseWriter, r *http.Request) {
		var command struct {
			Catalog string `json:"catalog"`
			Stage   Stage  `json:"stage"`
		}
		if err := readControl(r, &command); err != nil {
			controlError(http.StatusBadRequest, err).write(w)
			return
		}
		if err := e.Rotate(command.Catalog, command.Stage); err != nil {
			controlError(http.StatusConflict, err).write(w)
			return
		}
		emptyAnswer(http.StatusNoContent).write(w)
	})
	mux.HandleFunc("GET /_emulator/state", func(w http.ResponseWriter, _ *http.Request) {
		jsonAnswer(http.StatusOK, e.State()).write(w)
	})
	return mux
}

// readControl reads a control request strictly: a misspelt member would make a fault that never happens.
func readControl(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the request body: %w", err)
	}
	return nil
}

func controlError(status int, err error) answer {
	return jsonAnswer(status, map[string]string{"error": err.Error()})
}
