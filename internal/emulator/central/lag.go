// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

// staleEntry is an entry as it was before its last change, for reads that lag behind. It has no entry when it was empty.
type staleEntry struct {
	entry *entry
	reads int // that still show it
}

// lag keeps an entry as it is now, before a change, for that many reads.
func (g *enrollmentGroup) lag(name string, reads int) {
	if reads == 0 {
		return
	}
	stale := &staleEntry{reads: reads}
	if before := g.entries[name]; before != nil {
		copied := *before
		stale.entry = &copied
	}
	g.stale[name] = stale
}

// read returns what a read of an entry shows, or nil for an empty one.
func (g *enrollmentGroup) read(name string) *entry {
	if stale := g.stale[name]; stale != nil && stale.reads > 0 {
		stale.reads--
		return stale.entry
	}
	return g.entries[name]
}
