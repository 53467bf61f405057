// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package trust

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// RelyingService is a service that trusts CAs: it has places for them.
type RelyingService interface {
	// Name names a place in messages.
	Name(place Place) string
	// Read returns what a place holds, and reports false when it is empty.
	Read(ctx context.Context, place Place) (Holding, bool, error)
	// Upload puts a certificate into a place and replaces what is there.
	Upload(ctx context.Context, place Place, certificate *certs.Certificate) (Holding, error)
	// Verify proves possession of the CA with the thumbprint, which must be in the
	// place.
	Verify(ctx context.Context, place Place, thumbprint certs.Thumbprint) error
	// Remove empties a place. An empty place is no error.
	Remove(ctx context.Context, place Place) error
}

// Executor carries out the steps of a Decision.
type Executor struct {
	Service RelyingService
	// Replaced are the thumbprints that this Executor took out of each place, which a
	// read that lags may still show.
	replaced map[Place]certs.Thumbprint
}

// ChangedError says that a place no longer holds what the steps were decided for.
type ChangedError struct {
	// Place is its name.
	Place       string
	Found, Want certs.Thumbprint
}

// Error implements error.
func (e *ChangedError) Error() string {
	describe := func(thumbprint certs.Thumbprint) string {
		if thumbprint.IsZero() {
			return "no certificate"
		}
		return "the certificate with thumbprint " + thumbprint.String()
	}

	return fmt.Sprintf("%s holds %s now, instead of %s; somebody else is changing it", e.Place, describe(e.Found), describe(e.Want))
}

// StepError is a step that failed.
type StepError struct {
	Step Step
	Err  error
}

// Error implements error.
func (f *StepError) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *StepError) Unwrap() error { return f.Err }

// Result is what has become of the steps.
type Result struct {
	// Holds is what the places hold by now, as far as it could be read.
	Holds map[Place]Holding
	// Wrote says that something may have been changed.
	Wrote bool
	// Failures, in the order in which they occurred.
	Failures []*StepError
}

// placesReader is a RelyingService that reads several places at once.
type placesReader interface {
	ReadPlaces(ctx context.Context, places []Place) (map[Place]Holding, error)
}

// ReadPlaces reads what places hold. Those that are empty are missing.
func ReadPlaces(ctx context.Context, service RelyingService, places []Place) (map[Place]Holding, error) {
	if reader, ok := service.(placesReader); ok {
		return reader.ReadPlaces(ctx, places)
	}
	holds := map[Place]Holding{}
	for _, place := range places {
		holding, filled, err := service.Read(ctx, place)
		if err != nil {
			return nil, err
		}
		if filled {
			holds[place] = holding
		}
	}

	return holds, nil
}

// Execute carries out the steps in their order. holds is what the places held when
// they were decided. A step that fails does not stop those for other places: each
// trusts or distrusts a CA of its own, and a new decision continues from there.
func (e *Executor) Execute(ctx context.Context, holds map[Place]Holding, steps []Step) Result {
	result := Result{Holds: map[Place]Holding{}}
	maps.Copy(result.Holds, holds)
	failed := map[Place]bool{}
	for _, step := range steps {
		if failed[step.Place] {
			continue
		}
		err := e.execute(ctx, step, &result)
		if err == nil {
			continue
		}
		failed[step.Place] = true
		result.Failures = append(result.Failures, &StepError{Step: step, Err: err})
		if ctx.Err() != nil {
			break // Nothing more can be done, and nothing read.
		}
		e.recover(ctx, step, &result)
	}

	return result
}

// recover does what is left to do for the place of a step that failed: a revoked CA
// must go even when its successor cannot come. Then it reads what is there.
func (e *Executor) recover(ctx context.Context, step Step, result *Result) {
	if step.Action == Upload && step.EndsDistrust() {
		removal := Step{Action: Remove, Place: step.Place, Replaces: step.Replaces}
		if err := e.execute(ctx, removal, result); err != nil {
			result.Failures = append(result.Failures, &StepError{Step: removal, Err: err})
		}
	}
	holding, filled, err := e.Service.Read(ctx, step.Place)
	if err != nil {
		return // What the steps did so far is the best that is known.
	}
	// An answer may deny what was done all the same.
	result.Wrote = result.Wrote || holding.Thumbprint != result.Holds[step.Place].Thumbprint
	if filled {
		result.Holds[step.Place] = holding
	} else {
		delete(result.Holds, step.Place)
	}
}

func (e *Executor) execute(ctx context.Context, step Step, result *Result) error {
	switch step.Action {
	case Upload:
		return e.upload(ctx, step, result)
	case Verify:
		if err := e.Service.Verify(ctx, step.Place, step.CA.Thumbprint); err != nil {
			return err
		}
		result.Wrote = true
		result.Holds[step.Place] = Holding{Thumbprint: step.CA.Thumbprint, Verified: true}
		return nil
	case Remove:
		return e.remove(ctx, step, result)
	default:
		return fmt.Errorf("unknown action %q", step.Action)
	}
}

// upload looks once more before it writes. Another run may have done the same
// meanwhile, and a second upload would undo its verification.
func (e *Executor) upload(ctx context.Context, step Step, result *Result) error {
	found, filled, err := e.Service.Read(ctx, step.Place)
	if err != nil {
		return err
	}
	if filled && found.Thumbprint == step.CA.Thumbprint {
		result.Holds[step.Place] = found
		return nil
	}
	if err := e.unchanged(step, found.Thumbprint); err != nil {
		return err
	}
	stored, err := e.Service.Upload(ctx, step.Place, step.CA.Body)
	if err != nil && transport.EffectUnknown(err) {
		// The answer was lost; the place says whether it was done.
		lost := err
		stored, _, err = e.Service.Read(ctx, step.Place)
		if err != nil || stored.Thumbprint != step.CA.Thumbprint {
			result.Wrote = result.Wrote || err != nil || stored.Thumbprint != found.Thumbprint
			return errors.Join(lost, err)
		}
	}
	if err != nil {
		return err
	}
	result.Wrote = true
	result.Holds[step.Place] = stored
	e.took(step.Place, found.Thumbprint)
	if stored.Thumbprint != step.CA.Thumbprint {
		return &ChangedError{Place: e.Service.Name(step.Place), Found: stored.Thumbprint, Want: step.CA.Thumbprint}
	}

	return nil
}

// remove looks before it deletes: what somebody else has put there meanwhile stays.
func (e *Executor) remove(ctx context.Context, step Step, result *Result) error {
	found, filled, err := e.Service.Read(ctx, step.Place)
	if err != nil {
		return err
	}
	if filled {
		if err := e.unchanged(step, found.Thumbprint); err != nil {
			return err
		}
		err := e.Service.Remove(ctx, step.Place)
		result.Wrote = result.Wrote || err == nil || transport.EffectUnknown(err)
		if err != nil {
			return err
		}
		e.took(step.Place, found.Thumbprint)
	}
	delete(result.Holds, step.Place)

	return nil
}

// unchanged makes sure that a place holds what the step was decided for.
func (e *Executor) unchanged(step Step, found certs.Thumbprint) error {
	var want certs.Thumbprint
	if step.Replaces != nil {
		want = step.Replaces.CA.Thumbprint
	}
	if found == want || !found.IsZero() && found == e.replaced[step.Place] {
		return nil
	}

	return &ChangedError{Place: e.Service.Name(step.Place), Found: found, Want: want}
}

func (e *Executor) took(place Place, thumbprint certs.Thumbprint) {
	if e.replaced == nil {
		e.replaced = map[Place]certs.Thumbprint{}
	}
	e.replaced[place] = thumbprint
}
