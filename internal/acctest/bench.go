// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/provider"
)

// Bench is an emulator, and what a test does with it.
type Bench struct {
	*emulator.Emulator

	t   testing.TB
	env map[string]string
	now func() time.Time
}

// Start starts an emulator for a test or a benchmark. configure, which may be nil, changes its
// options.
func Start(tb testing.TB, configure func(*emulator.Options)) *Bench {
	tb.Helper()
	options := emulator.Options{Dir: tb.TempDir(), Now: time.Now}
	if configure != nil {
		configure(&options)
	}
	bench := &Bench{t: tb, now: options.Now}
	bench.observe(&options)
	running, err := emulator.Start(options)
	if err != nil {
		tb.Fatalf("start the emulator: %v", err)
	}
	tb.Cleanup(func() {
		if err := running.Close(); err != nil {
			tb.Errorf("close the emulator: %v", err)
		}
	})

	bench.Emulator, bench.env = running, running.Environment()

	return bench
}

// Setenv changes an environment variable of the provider, and of nothing else.
func (b *Bench) Setenv(name, value string) { b.env[name] = value }

// SetMachineClock gives the provider another clock than the services have.
func (b *Bench) SetMachineClock(now func() time.Time) { b.now = now }

// Host returns the host of the first application.
func (b *Bench) Host() string {
	return b.Info().Applications[0].Subdomain + "." + b.Info().Endpoints.IoTCentralDNSSuffix
}

// Providers are the provider under both of its names.
func (b *Bench) Providers() map[string]func() (tfprotov6.ProviderServer, error) {
	env := maps.Clone(b.env)
	serve := providerserver.NewProtocol6WithError(provider.New("test",
		provider.WithEnvironment(func(name string) string { return env[name] }),
		provider.WithClock(b.now),
		provider.WithRetry(policy.RetryOptions{MaxRetries: 2, RetryDelay: time.Millisecond, MaxRetryDelay: 5 * time.Millisecond}, noPause),
	)())

	return map[string]func() (tfprotov6.ProviderServer, error){"azuresphere": serve, "iotcentral": serve}
}

// noPause is the pause between two looks at a service: none, but it ends.
func noPause(ctx context.Context, _ int) error { return ctx.Err() }

// Run runs the steps with real Terraform, and destroys what they leave.
func (b *Bench) Run(steps ...resource.TestStep) {
	b.t.Helper()
	t, isTest := b.t.(*testing.T)
	if !isTest {
		b.t.Fatal("only a test can run steps with Terraform")
	}
	resource.Test(t, resource.TestCase{IsUnitTest: true, ProtoV6ProviderFactories: b.Providers(), Steps: steps})
}

// Count returns how many requests of each operation were made, by the names of
// the OpenAPI files.
func (b *Bench) Count() map[string]int {
	counts := map[string]int{}
	for _, request := range b.Requests() {
		counts[request.Operation]++
	}

	return counts
}
