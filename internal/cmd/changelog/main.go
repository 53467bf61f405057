// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// Changelog writes CHANGELOG.md from the fragments and releases in .changes/. With
// -release it first turns the fragments into the entry of a release.
package main

import (
	"errors"
	"flag"
	"log"
	"os"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/release"
)

func main() {
	log.SetFlags(0)
	dir := flag.String("dir", ".changes", "folder of the fragments and releases")
	file := flag.String("file", "CHANGELOG.md", "the change log")
	number := flag.String("release", "", "version to release, such as 1.2.3")
	day := flag.String("date", time.Now().UTC().Format(time.DateOnly), "day of the release")
	check := flag.Bool("check", false, "change nothing, and fail if there is something to change")
	flag.Parse()
	if err := run(*dir, *file, *number, *day, *check); err != nil {
		log.Fatalf("changelog: %v", err)
	}
}

func run(dir, file, number, day string, check bool) error {
	if number != "" && !check {
		if err := release.Release(dir, number, day); err != nil {
			return err
		}
	}
	text, err := release.Changelog(dir)
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(file, []byte(text), 0o644)
	}
	if found, err := os.ReadFile(file); err != nil {
		return err
	} else if string(found) != text {
		return errors.New(file + " is not up to date; run make generate")
	}

	return nil
}
