// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// controlPrefix begins the paths that control the emulator itself.
const controlPrefix = "/_emulator/"

// Health is what the emulator says of itself.
type Health struct {
	Status  string    `json:"status"` // ok
	Version string    `json:"version"`
	Time    time.Time `json:"time"` // the emulated time
}

// controlHandler serves the control endpoints, which are not logged. Beyond loopback they need a token; only the health
// tells everybody.
func (e *Emulator) controlHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_emulator/requests", func(w http.ResponseWriter, _ *http.Request) {
		requests := e.Requests()
		if requests == nil {
			requests = []Request{}
		}
		rest.JSON(http.StatusOK, requests).Write(w)
	})
	mux.HandleFunc("DELETE /_emulator/requests", func(w http.ResponseWriter, _ *http.Request) {
		e.ResetRequests()
		rest.Empty(http.StatusNoContent).Write(w)
	})
	mux.HandleFunc("POST /_emulator/faults", func(w http.ResponseWriter, r *http.Request) {
		var fault Fault
		if err := readControl(r, &fault); err != nil {
			controlError(http.StatusBadRequest, err).Write(w)
			return
		}
		if fault.Status == 0 && !fault.Drop {
			controlError(http.StatusBadRequest, errors.New("a fault has a status or drops the connection")).Write(w)
			return
		}
		e.Fail(fault)
		rest.Empty(http.StatusNoContent).Write(w)
	})
	mux.HandleFunc("DELETE /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		e.ClearFaults()
		rest.Empty(http.StatusNoContent).Write(w)
	})
	mux.HandleFunc("POST /_emulator/rotate", func(w http.ResponseWriter, r *http.Request) {
		var command struct {
			Catalog string `json:"catalog"`
			Stage   Stage  `json:"stage"`
		}
		if err := readControl(r, &command); err != nil {
			controlError(http.StatusBadRequest, err).Write(w)
			return
		}
		if err := e.Rotate(command.Catalog, command.Stage); err != nil {
			controlError(http.StatusConflict, err).Write(w)
			return
		}
		rest.Empty(http.StatusNoContent).Write(w)
	})
	mux.HandleFunc("GET /_emulator/state", func(w http.ResponseWriter, _ *http.Request) {
		rest.JSON(http.StatusOK, e.State()).Write(w)
	})
	mux.HandleFunc("POST /_emulator/reset", func(w http.ResponseWriter, _ *http.Request) {
		if err := e.Reset(); err != nil {
			controlError(http.StatusInternalServerError, err).Write(w)
			return
		}
		rest.Empty(http.StatusNoContent).Write(w)
	})
	mux.HandleFunc("POST /_emulator/clock", func(w http.ResponseWriter, r *http.Request) {
		var command struct {
			Advance string `json:"advance"`
		}
		if err := readControl(r, &command); err != nil {
			controlError(http.StatusBadRequest, err).Write(w)
			return
		}
		by, err := ParseDuration(command.Advance)
		if err != nil {
			controlError(http.StatusBadRequest, fmt.Errorf("advance: %w", err)).Write(w)
			return
		}
		if _, err := e.Advance(by); err != nil {
			controlError(http.StatusBadRequest, err).Write(w)
			return
		}
		rest.JSON(http.StatusOK, e.health()).Write(w)
	})
	health := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { rest.JSON(http.StatusOK, e.health()).Write(w) })
	open := http.NewServeMux()
	open.Handle("GET /_emulator/health", health)
	open.Handle("/", e.withToken(mux))
	guarded := fromHere(open)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { guarded.ServeHTTP(&dated{w, e}, r) })
}

// dated gives answers the emulated time, when they are written: a request may have moved it.
type dated struct {
	http.ResponseWriter

	e *Emulator
}

// WriteHeader adds the header.
func (d *dated) WriteHeader(status int) {
	d.Header().Set("Date", d.e.now().Format(http.TimeFormat))
	d.ResponseWriter.WriteHeader(status)
}

func (e *Emulator) health() Health { return Health{"ok", e.opts.Version, e.now()} }

// withToken refuses control without its token, where it has one.
func (e *Emulator) withToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if wanted := e.info.ControlToken; subtle.ConstantTimeCompare([]byte(token), []byte(wanted)) != 1 && wanted != "" {
			controlError(http.StatusUnauthorized, errors.New("control beyond loopback needs the bearer token control_token of emulator.json")).
				With("WWW-Authenticate", "Bearer").Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// fromHere refuses what a page of another site sends through a browser, which reaches the loopback interface as well.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin := r.Header.Get("Origin"); origin != "" {
			if parsed, err := url.Parse(origin); err != nil || parsed.Scheme != "https" || parsed.Host != r.Host {
				controlError(http.StatusForbidden, fmt.Errorf("a page of %q may not control the emulator", origin)).Write(w)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// readControl reads a control request strictly: a misspelt member would make a fault that never happens.
func readControl(r *http.Request, into any) error {
	decoder := json.NewDecoder(io.LimitReader(r.Body, rest.MaxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the request body: %w", err)
	}
	return nil
}

func controlError(status int, err error) rest.Answer {
	return rest.JSON(status, map[string]string{"error": err.Error()})
}
