// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/iotdps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// State is everything that the services store, at one moment, with the private keys that belong to it. It has no members
// that change by reading, so that two of them are equal when nothing was changed in between.
//
// An emulator can start from it ([Options.Seed]), and from much less: members that are left out get their defaults.
// Operations in progress are not part of it.
type State struct {
	SubscriptionID string             `json:"subscription_id,omitempty"`
	ClockAhead     string             `json:"clock_ahead,omitempty"` // how far the emulated time is ahead, as 2160h0m0s
	Authorities    []pki.Stored       `json:"authorities"`           // the CAs above those of the catalogs
	Catalogs       []CatalogState     `json:"catalogs"`              // nil: the default one
	Applications   []ApplicationState `json:"applications"`          // nil: those of the options

	ProvisioningServices []ProvisioningServiceState `json:"provisioning_services"` // nil: those of the options
}

// CatalogState is an Azure Sphere catalog in a [State].
type CatalogState = catalog.State

// ApplicationState is an IoT Central application in a [State].
type ApplicationState = central.ApplicationState

// ProvisioningServiceState is a Device Provisioning Service in a [State].
type ProvisioningServiceState = iotdps.ServiceState

// State returns what the services store. No request is in progress meanwhile.
func (e *Emulator) State() State {
	e.world.Lock()
	defer e.world.Unlock()
	return e.state()
}

func (e *Emulator) state() State {
	now := e.now()
	state := State{
		SubscriptionID: e.info.SubscriptionID,
		Catalogs:       e.store.State(now), // renews what is due, which may take a new authority
		Authorities:    e.store.Authorities(),
		Applications:   e.central.State(),

		ProvisioningServices: e.dps.State(),
	}
	if ahead := e.clock.ahead.Load(); ahead > 0 {
		state.ClockAhead = time.Duration(ahead).String()
	}
	return state
}

// Reset takes everything back to what it was at the start: catalogs, applications and the clock, with the same IDs, keys
// and tokens. Faults and the request log are cleared.
func (e *Emulator) Reset() error {
	e.world.Lock()
	defer e.world.Unlock()
	e.ClearFaults()
	e.ResetRequests()
	e.resourceManager.Forget()
	return e.load(e.initial)
}

// ReadState reads a state in JSON, whole or in parts. Members that there are not are an error.
func ReadState(from io.Reader) (*State, error) {
	decoder := json.NewDecoder(from)
	decoder.DisallowUnknownFields()
	var state State
	if err := decoder.Decode(&state); err != nil {
		return nil, fmt.Errorf("reading a state: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading a state: something follows it")
	}
	return &state, nil
}

// applicationsOf returns the subdomains of the applications that an emulator begins with.
func applicationsOf(opts *Options) ([]string, error) {
	if opts.Seed == nil || opts.Seed.Applications == nil {
		if len(opts.Applications) == 0 {
			return []string{"contoso"}, nil
		}
		return opts.Applications, nil
	}
	if len(opts.Applications) > 0 {
		return nil, errors.New("the seed has applications already")
	}
	names := []string{}
	for _, app := range opts.Seed.Applications {
		names = append(names, app.Subdomain)
	}
	return names, nil
}

// provisioningServicesOf returns the names of the provisioning services that an emulator begins with.
func provisioningServicesOf(opts *Options) ([]string, error) {
	if opts.Seed == nil || opts.Seed.ProvisioningServices == nil {
		if len(opts.ProvisioningServices) == 0 {
			return []string{"contoso-dps"}, nil
		}
		return opts.ProvisioningServices, nil
	}
	if len(opts.ProvisioningServices) > 0 {
		return nil, errors.New("the seed has provisioning services already")
	}
	names := []string{}
	for _, one := range opts.Seed.ProvisioningServices {
		names = append(names, one.Name)
	}
	return names, nil
}

// complete returns the state that an emulator begins with: that of the seed, and what it leaves out.
func (o *Options) complete() (State, error) {
	state := State{}
	if o.Seed != nil {
		state = *o.Seed
	}
	if state.SubscriptionID == "" {
		state.SubscriptionID = uuid.NewString()
	}
	if state.Catalogs == nil {
		state.Catalogs = []CatalogState{{
			Name: "contoso-catalog", Certificates: []catalog.CertificateState{{Age: o.CAAge.String()}},
		}}
	} else if o.CAAge != 0 {
		return State{}, errors.New("the seed has catalogs already, whose CAs have an age of their own")
	}
	if state.Applications == nil {
		for _, name := range o.Applications {
			state.Applications = append(state.Applications, ApplicationState{Subdomain: name})
		}
	}
	if state.ProvisioningServices == nil {
		for _, name := range o.ProvisioningServices {
			state.ProvisioningServices = append(state.ProvisioningServices, ProvisioningServiceState{Name: name})
		}
	}
	return state, nil
}

// load replaces what the services store.
func (e *Emulator) load(state State) error {
	ahead := time.Duration(0)
	if state.ClockAhead != "" {
		var err error
		if ahead, err = ParseDuration(state.ClockAhead); err != nil || ahead > maxAhead {
			return fmt.Errorf("clock_ahead: %q is not a length of time of at most a hundred years", state.ClockAhead)
		}
	}
	e.clock.ahead.Store(int64(ahead))
	now := e.now()
	owner := e.tenant.Principals()[0].ClientID
	if err := e.store.Load(state.Authorities, state.Catalogs, resourceGroup, owner, now); err != nil {
		return err
	}
	for i, app := range state.Applications {
		app.EnrollmentGroups = slices.Clone(app.EnrollmentGroups)
		for j := range app.EnrollmentGroups {
			g := &app.EnrollmentGroups[j]
			for _, entry := range []**central.EntryState{&g.Primary, &g.Secondary} {
				if err := e.fillIn(entry, now); err != nil {
					return fmt.Errorf("applications[%d]: enrollment_groups[%d]: %w", i, j, err)
				}
			}
		}
		served := e.central.Find(app.Subdomain)
		if served == nil { // It was deleted since the state was made.
			served = e.central.Add(app.Subdomain, app.ResourceID, e.opts.RateLimit)
		}
		if err := e.central.Load(served, app); err != nil {
			return fmt.Errorf("applications[%d]: %w", i, err)
		}
	}
	for _, app := range e.central.Applications() {
		if !slices.ContainsFunc(state.Applications, func(kept ApplicationState) bool { return kept.Subdomain == app.Subdomain }) {
			e.central.Remove(app.ResourceID) // It was made since.
		}
	}
	for i, one := range state.ProvisioningServices {
		one.Certificates = slices.Clone(one.Certificates)
		for j := range one.Certificates {
			c := &one.Certificates[j]
			if err := e.certificateOf(&c.CertificateOf, &c.Certificate, now); err != nil {
				return fmt.Errorf("provisioning_services[%d]: certificates[%d]: %w", i, j, err)
			}
		}
		if err := e.dps.Load(e.dps.Find(one.Name), one); err != nil {
			return fmt.Errorf("provisioning_services[%d]: %w", i, err)
		}
	}
	return nil
}

// fillIn puts the certificate of a catalog into an entry that names the catalog instead.
func (e *Emulator) fillIn(entry **central.EntryState, now time.Time) error {
	if *entry == nil || (*entry).CertificateOf == "" {
		return nil
	}
	filled := **entry
	*entry = &filled
	return e.certificateOf(&filled.CertificateOf, &filled.Certificate, now)
}

// certificateOf replaces the name of a catalog by the certificate that it has.
func (e *Emulator) certificateOf(catalogName, encoded *string, now time.Time) error {
	if *catalogName == "" {
		return nil
	}
	active := e.store.ActiveCertificate(*catalogName, now)
	if active == nil || *encoded != "" {
		return fmt.Errorf("certificate_of: there is a certificate already, or no catalog %q with an Active CA", *catalogName)
	}
	*encoded, *catalogName = base64.StdEncoding.EncodeToString(active), ""
	return nil
}
