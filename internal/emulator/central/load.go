// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
)

// UnmarshalJSON reads a group, which is enabled where nothing else is said, and knows every member.
func (g *EnrollmentGroupState) UnmarshalJSON(text []byte) error {
	type plain EnrollmentGroupState
	*g = EnrollmentGroupState{Enabled: true}
	return decodeStrictly(text, (*plain)(g))
}

// UnmarshalJSON reads a device, which is enabled where nothing else is said, and knows every member.
func (d *DeviceState) UnmarshalJSON(text []byte) error {
	type plain DeviceState
	*d = DeviceState{Enabled: true}
	return decodeStrictly(text, (*plain)(d))
}

func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// Load replaces what the application holds. What the state leaves out stays as it is, or is made. It reports an error,
// and changes nothing, for a state that cannot be.
func (s *Service) Load(app *Application, state ApplicationState) error {
	now := s.now()
	loaded := &Application{
		ID: cmp.Or(state.ApplicationID, app.ID), ResourceID: cmp.Or(state.ResourceID, app.ResourceID),
		IDScope: cmp.Or(state.IDScope, app.IDScope), secret: app.secret,
	}
	if state.SigningKey != "" {
		var err error
		if loaded.secret, err = base64.StdEncoding.DecodeString(state.SigningKey); err != nil {
			return fmt.Errorf("signing_key: %w", err)
		}
	}
	if err := loaded.loadTokens(state.APITokens, s.ownToken()); err != nil {
		return err
	}
	c := &call{s: s, app: loaded}
	for i, g := range state.EnrollmentGroups {
		if err := c.loadGroup(g, now); err != nil {
			return fmt.Errorf("enrollment_groups[%d]: %w", i, err)
		}
	}
	for i, d := range state.Devices {
		if err := loaded.loadDevice(d, now); err != nil {
			return fmt.Errorf("devices[%d]: %w", i, err)
		}
	}
	app.mu.Lock()
	defer app.mu.Unlock()
	if app.ID != loaded.ID || app.ResourceID != loaded.ResourceID || app.IDScope != loaded.IDScope || app.APIToken != loaded.APIToken {
		// Only before it is served: nobody locks these.
		app.ID, app.ResourceID, app.IDScope, app.APIToken = loaded.ID, loaded.ResourceID, loaded.IDScope, loaded.APIToken
	}
	app.secret = loaded.secret
	app.etags, app.groups, app.tokens, app.devices = loaded.etags, loaded.groups, loaded.tokens, loaded.devices
	return nil
}

func (app *Application) loadTokens(states []APITokenState, own *apiToken) error {
	if states == nil {
		app.tokens = []*apiToken{own}
	}
	for i, t := range states {
		if !apiTokenID.MatchString(t.ID) || app.findAPIToken(t.ID) != nil {
			return fmt.Errorf("api_tokens[%d]: %q is not an ID, or comes twice", i, t.ID)
		}
		for _, role := range t.Roles {
			if _, known := centralRoles[role]; !known {
				return fmt.Errorf("api_tokens[%d]: there is no role %q", i, role)
			}
		}
		app.tokens = append(app.tokens, &apiToken{t.ID, t.Roles, t.Expiry})
	}
	if t := app.findAPIToken(ownTokenID); t != nil {
		app.APIToken = app.signAPIToken(t)
	}
	return nil
}

// loadGroup adds a group to the application of the call.
func (c *call) loadGroup(state EnrollmentGroupState, now time.Time) error {
	g := &enrollmentGroup{
		id:          state.ID,
		displayName: cmp.Or(state.DisplayName, state.ID),
		enabled:     state.Enabled,
		kind:        cmp.Or(state.Type, "iot"),
		attestation: cmp.Or(state.AttestationType, attestationX509),
		keys:        symmetricKeys{state.PrimaryKey, state.SecondaryKey},
		entries:     map[string]*entry{},
		stale:       map[string]*staleEntry{},
		etag:        c.app.etags.Load(state.ETag, now),
	}
	switch {
	case !groupID.MatchString(g.id) || c.findGroup(g.id) != nil:
		return fmt.Errorf("id: %q is not an ID, or comes twice", g.id)
	case g.kind != "iot" && g.kind != "iotEdge":
		return fmt.Errorf("type: there is no %q, only iot and iotEdge", g.kind)
	case g.attestation != attestationX509 && g.attestation != attestationKeys:
		return fmt.Errorf("attestation_type: there is no %q, only x509 and symmetricKey", g.attestation)
	case g.attestation != attestationX509 && (state.Primary != nil || state.Secondary != nil):
		return errors.New("a group without X.509 has no certificates")
	}
	if f := c.completeKeys(g); f != nil {
		return errors.New(f.Message)
	}
	for name, filled := range map[string]*EntryState{"primary": state.Primary, "secondary": state.Secondary} {
		if filled == nil {
			continue
		}
		loaded, err := c.loadEntry(filled, now)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		g.entries[name] = loaded
	}
	c.app.groups = append(c.app.groups, g)
	return nil
}

// loadEntry makes an entry. Its codes are as good as new.
func (c *call) loadEntry(state *EntryState, now time.Time) (*entry, error) {
	sent := state.Certificate
	if strings.HasPrefix(sent, "-----BEGIN") && !c.s.behavior.RawPEMAccepted {
		sent = base64.StdEncoding.EncodeToString([]byte(sent))
	}
	parsed, err := c.decodeCertificate(sent)
	if err != nil {
		return nil, err
	}
	loaded := &entry{certificate: parsed, sent: sent, verified: state.Verified, etag: c.app.etags.Load(state.ETag, now)}
	for _, code := range state.OpenCodes {
		loaded.codes = append(loaded.codes, pki.Code{Text: code, Made: now})
	}
	return loaded, nil
}

func (app *Application) loadDevice(state DeviceState, now time.Time) error {
	if !deviceID.MatchString(state.ID) {
		return fmt.Errorf("id: %q is not an ID", state.ID)
	}
	keys := symmetricKeys{state.PrimaryKey, state.SecondaryKey}
	if keys == (symmetricKeys{}) {
		keys = newSymmetricKeys()
	}
	app.devices = append(app.devices, &device{
		id: state.ID, displayName: cmp.Or(state.DisplayName, state.ID), enabled: state.Enabled, simulated: state.Simulated, provisioned: state.Provisioned,
		etag: app.etags.Load(state.ETag, now), keys: keys,
	})
	return nil
}
