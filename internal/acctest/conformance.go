// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/conformance"
)

// validator returns what checks each request of the provider and each answer of
// the emulator against the OpenAPI files, or nil where they are absent.
var validator = sync.OnceValue(func() *conformance.Validator {
	specs, err := conformance.Dir()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		panic(err)
	}
	loaded, err := conformance.Load(specs)
	if err != nil {
		panic(err)
	}

	return loaded
})

// exchanged counts the exchanges of the services that the files describe, to distinguish
// a run without any from one whose exchanges were not checked.
var exchanged atomic.Int64

// LoginPage and Nothing are bodies of answers that are none of the service's: a
// proxy wants somebody to sign in to the network, or says success to anything.
const (
	LoginPage = "<html>Sign in to the network</html>"
	Nothing   = "{ }"
)

// observe checks every exchange of the test's emulator.
func (b *Bench) observe(options *emulator.Options) {
	check := validator()
	if check == nil {
		return
	}
	next := options.Observe
	options.Observe = func(exchange emulator.Exchange) {
		if exchange.Service == "arm" || exchange.Service == "iotcentral" {
			exchanged.Add(1)
		}
		if exchange.Faulty && exchange.Status < 400 {
			exchange.Status, exchange.Body = http.StatusInternalServerError, nil // The request is checked all the same.
		}
		if err := check.Check(exchange); err != nil {
			b.t.Errorf("an exchange does not conform to the OpenAPI files: %v\nrequest: %s\nanswer %d: %s", err,
				exchange.RequestBody, exchange.Status, exchange.Body)
		}
		if next != nil {
			next(exchange)
		}
	}
}

// reportConformance prints how many exchanges were checked. It reports false when
// that is none although the files are there and there were exchanges to check.
func reportConformance() bool {
	if exchanged.Load() == 0 {
		return true
	}
	check := validator()
	fmt.Printf("conformance: %d exchanges of %d operations checked against the OpenAPI files\n", check.Total(), len(check.Counts()))

	return check.Total() > 0
}
