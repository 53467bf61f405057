// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"sync"
	"time"
)

// How long an answer is used again.
const (
	// sharedMemory is for refreshes and data sources. No refresh of a provider that
	// is started anew for each plan takes longer, and a provider that keeps running
	// must see what others change.
	sharedMemory = 10 * time.Minute
	// lookMemory is for a look before a write: Terraform plans a resource once more
	// just before it creates it.
	lookMemory = 5 * time.Second
)

// memory keeps the answers of IoT Central until a write through the same Client
// touches what they are about.
type memory struct {
	now func() time.Time

	lists   answers[string, []EnrollmentGroup]
	groups  answers[GroupID, EnrollmentGroup]
	entries answers[CertificateID, SigningCertificate]

	mutex sync.Mutex
	// writes counts the writes. The maps have the number of the last one in an
	// application, in a group, to the group itself, and to an entry.
	writes        uint64
	inApplication map[string]uint64
	inGroup       map[GroupID]uint64
	toGroup       map[GroupID]uint64
	toEntry       map[CertificateID]uint64
}

func newMemory(now func() time.Time) *memory {
	return &memory{
		now:           now,
		inApplication: map[string]uint64{},
		inGroup:       map[GroupID]uint64{}, toGroup: map[GroupID]uint64{},
		toEntry: map[CertificateID]uint64{},
	}
}

// answer is an answer of the service.
type answer[Value any] struct {
	value Value
	// err is a refusal that is worth keeping, such as a 404.
	err error
	at  time.Time
	// writes is how many writes there had been when it was asked for.
	writes uint64
	// own says that it is the answer to a write of this Client, or follows from one.
	own bool
}

// touchGroup says that a write has ended that may have changed a group and all that
// is in it, and returns its number.
func (m *memory) touchGroup(id GroupID) uint64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.writes++
	m.inApplication[id.Host], m.inGroup[id], m.toGroup[id] = m.writes, m.writes, m.writes

	return m.writes
}

// touchEntry is touchGroup for an entry alone.
func (m *memory) touchEntry(id CertificateID) uint64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.writes++
	m.inApplication[id.Host], m.inGroup[id.GroupID], m.toEntry[id] = m.writes, m.writes, m.writes

	return m.writes
}

// written is how many writes have ended by now.
func (m *memory) written() uint64 {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	return m.writes
}

// sameApplication reports whether nothing was written in an application since that
// many writes.
func (m *memory) sameApplication(host string, writes uint64) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	return m.inApplication[host] <= writes
}

// sameGroup reports the same of a group and all that is in it.
func (m *memory) sameGroup(id GroupID, writes uint64) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	return m.inGroup[id] <= writes
}

// sameEntry reports the same of an entry.
func (m *memory) sameEntry(id CertificateID, writes uint64) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()

	return m.toGroup[id.GroupID] <= writes && m.toEntry[id] <= writes
}

// younger reports whether an answer of that time is younger than the age.
func (m *memory) younger(age time.Duration, at time.Time) bool { return m.now().Sub(at) < age }

// answers keeps the last answer under each key.
type answers[Key comparable, Value any] struct {
	mutex sync.Mutex
	kept  map[Key]answer[Value]
	turns map[Key]chan struct{}
}

func (a *answers[Key, Value]) keep(key Key, kept answer[Value]) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.kept == nil {
		a.kept = map[Key]answer[Value]{}
	}
	a.kept[key] = kept
}

func (a *answers[Key, Value]) lookUp(key Key, usable func(answer[Value]) bool) (answer[Value], bool) {
	a.mutex.Lock()
	kept, found := a.kept[key]
	a.mutex.Unlock()

	return kept, found && usable(kept)
}

// get returns an answer that is usable, or else asks for one: callers at the same
// time share a request. ask keeps the answer.
func (a *answers[Key, Value]) get(ctx context.Context, key Key, usable func(answer[Value]) bool, ask func() (Value, error)) (Value, error) {
	if kept, found := a.lookUp(key, usable); found {
		return kept.value, kept.err
	}
	turn := a.turn(key)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		var none Value
		return none, ctx.Err()
	}
	if kept, found := a.lookUp(key, usable); found {
		return kept.value, kept.err
	}

	return ask()
}

func (a *answers[Key, Value]) turn(key Key) chan struct{} {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.turns == nil {
		a.turns = map[Key]chan struct{}{}
	}
	if _, found := a.turns[key]; !found {
		a.turns[key] = make(chan struct{}, 1)
	}

	return a.turns[key]
}
