// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestComparePictures_findsWhatIsMissingOldOrWithoutSource(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"pictures/same.svg": "1", "pictures/old.svg": "1", "pictures/other.svg": "1"})
	if err := comparePictures(root, map[string][]byte{
		"pictures/same.svg": []byte("1"), "pictures/old.svg": []byte("1"), "pictures/other.svg": []byte("1"),
	}); err != nil {
		t.Errorf("nothing differs: %v", err)
	}
	err := comparePictures(root, map[string][]byte{
		"pictures/same.svg": []byte("1"), "pictures/old.svg": []byte("2"), "pictures/missing.svg": []byte("3"),
	})
	if err == nil {
		t.Fatal("differences are no error")
	}
	for _, want := range []string{
		"pictures/old.svg is not what its source draws", "pictures/missing.svg is not what", "pictures/other.svg has no source",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "same.svg") {
		t.Errorf("%v names the one that is as it should be", err)
	}
}

func TestDrawPictures_saysWhyASourceCannotBeDrawn(t *testing.T) {
	t.Parallel()
	root := folder(t, map[string]string{"pictures/a.d2": "a -> b\n", "d2": "#!/bin/sh\necho 'no such shape' >&2\nexit 1\n"})
	tool := filepath.Join(root, "d2")
	if err := os.Chmod(tool, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := drawPictures(t.Context(), tool, root)
	if err == nil || !strings.Contains(err.Error(), "a.d2") || !strings.Contains(err.Error(), "no such shape") {
		t.Errorf("got %v", err)
	}
}

// TestPictures_areForLightAndDark reads the pictures of the repository.
func TestPictures_areForLightAndDark(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../pictures/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no pictures: %v", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(content), "prefers-color-scheme:dark") {
			t.Errorf("%s has no colours for a dark background", file)
		}
		decoder := xml.NewDecoder(strings.NewReader(string(content)))
		for err == nil {
			_, err = decoder.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s is not well-formed: %v", file, err)
		}
	}
}
