// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

// The sphere-emulator command serves Microsoft Entra ID, Azure Resource Manager, Azure Sphere and Azure IoT Central on
// loopback, for tests without a subscription. Run it with -help for its manual.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	ctx, end := context.WithCancelCause(context.Background())
	go func() { end(signalled{<-signals}) }()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// signalled is why the context ended: this process got a signal.
type signalled struct{ os.Signal }

// Error implements error.
func (s signalled) Error() string { return "got the signal " + s.String() }

// run serves until the context or the command ends, and returns the exit status: that of the command, 0 without one, 1
// when the emulator could not start or end, 2 when the arguments are wrong. It leaves nothing behind.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
	args, command := splitCommand(args)
	opts, err := parse(args, len(command) > 0, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "sphere-emulator: %v\nRun sphere-emulator -help for the manual.\n", err)
		return 2
	}
	if opts.Dir == "" {
		if opts.Dir, err = os.MkdirTemp("", "sphere-emulator-"); err != nil {
			fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
			return 1
		}
		defer func() { _ = os.RemoveAll(opts.Dir) }()
	}
	// The files of an earlier run would lead clients to an emulator that is gone.
	if err := removeSettings(opts.Dir); err != nil {
		fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
		return 1
	}
	e, err := emulator.Start(opts) //nolint:contextcheck // opening listeners takes no time that could be cut short
	if err != nil {
		fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
		return 1
	}
	if err := writeClientCertificate(e, opts.Dir); err != nil {
		fmt.Fprintf(stderr, "sphere-emulator: %v\n", errors.Join(err, e.Close()))
		return 1
	}
	defer func() {
		if err := errors.Join(e.Close(), removeSettings(opts.Dir)); err != nil {
			fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
			status = max(status, 1)
		}
	}()
	if len(command) > 0 {
		return runCommand(ctx, command, e.Environment(), stdout, stderr)
	}
	fmt.Fprintf(stdout, "sphere-emulator is ready at %s with %s; settings are in %s\n",
		e.Info().Endpoints.ResourceManager, strings.Join(opts.Applications, ", "), opts.Dir)
	<-ctx.Done()
	return 0
}

// removeSettings removes what is written for clients.
func removeSettings(dir string) error {
	var failures []error
	for _, name := range []string{"emulator.env", "emulator.json", "ca.pem", clientFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, fmt.Errorf("removing the settings of an earlier run: %w", err))
		}
	}
	return errors.Join(failures...)
}

const clientFile = "client.pem"

// writeClientCertificate writes the certificate and key that clients can sign in with instead of a secret.
func writeClientCertificate(e *emulator.Emulator, dir string) error {
	text, err := e.ClientCertificate()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, clientFile), text, 0o600); err != nil {
		return fmt.Errorf("writing the client certificate: %w", err)
	}
	return nil
}

// parse reads the flags. With a command the folder is optional. For -help it writes the manual and returns flag.ErrHelp.
func parse(args []string, command bool, stdout io.Writer) (emulator.Options, error) {
	var opts emulator.Options
	flags := flag.NewFlagSet("sphere-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&opts.Listen, "listen", "127.0.0.1:0", "")
	flags.StringVar(&opts.Dir, "dir", "", "")
	applications := flags.String("applications", "contoso", "")
	flags.DurationVar(&opts.CAAge, "ca-age", 0, "")
	flags.DurationVar(&opts.Latency, "latency", 0, "")
	flags.IntVar(&opts.RateLimit, "rate-limit", 20, "")
	flags.Func("behavior", "", func(setting string) error {
		name, value, found := strings.Cut(setting, "=")
		if !found {
			return errors.New("it has the form name=value")
		}
		return opts.Behavior.Set(name, value)
	})
	flags.Func("federated-issuer", "", func(issuer string) error {
		opts.FederatedIssuers = append(opts.FederatedIssuers, issuer)
		return nil
	})
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			manual(stdout)
		}
		return opts, err
	}
	switch {
	case flags.NArg() > 0:
		return opts, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.Dir == "" && !command:
		return opts, errors.New("-dir is required: it is where the settings for clients are written. Only with a command after -- is it optional")
	case opts.CAAge < 0, opts.Latency < 0, opts.RateLimit < 0:
		return opts, errors.New("-ca-age, -latency and -rate-limit cannot be negative")
	}
	opts.Applications = strings.Split(*applications, ",")
	return opts, nil
}

// manual writes what -help shows.
func manual(w io.Writer) {
	fmt.Fprint(w, `sphere-emulator serves Microsoft Entra ID, Azure Resource Manager (Microsoft.AzureSphere, Microsoft.IoTCentral),
the Azure Sphere (Legacy) public API and Azure IoT Central on loopback, over TLS, for tests without a subscription.
Everything it knows is in memory and ends with it. It stops at SIGINT and SIGTERM.

Usage:

  sphere-emulator [flags] -- terraform test    # runs a command with the settings, and ends with it and its exit status
  sphere-emulator -dir DIR [flags]             # serves until it is stopped

  sphere-emulator -dir /tmp/emulator &     # and, once it says that it is ready
  . /tmp/emulator/emulator.env
  terraform apply

When it is ready it prints one line, and has written into DIR:

  emulator.env   shell "export" lines: all that an empty provider block needs
  emulator.json  endpoints, catalog and tenant IDs, client IDs and secrets, an API token per application
  ca.pem         the CA of its TLS certificates
  client.pem     a certificate and its key, with which the owner can sign in instead of with its secret

Flags:

  -dir DIR                where to write the files above; it is made if need be
  -listen HOST:PORT       address of the main listener (default 127.0.0.1:0, any free port)
  -applications A,B       subdomains of the IoT Central applications (default contoso)
  -ca-age AGE             age of the catalog's CA, which lives for two years: 16800h leaves it 30 days (default 0s)
  -latency TIME           added to each answer (default 0s)
  -rate-limit N           requests per second and application before 429, 0 for no limit (default 20)
  -federated-issuer URL   a further issuer whose tokens are taken as client assertions; may be repeated
  -behavior NAME=VALUE    sets a switch, see below; may be repeated

Hosts: an application is https://SUBDOMAIN.localhost:PORT or https://APPLICATION_ID.localhost:PORT, and has a port of
its own for clients that cannot resolve such names (address_url in emulator.json). Everything else is
https://localhost:PORT.

Principals, all in emulator.json: owner may do everything, reader may only read, publisher and contributor have
these roles of Azure Sphere, stranger has no role anywhere, and managed-identity is the identity of the machine.
Identities without a secret, under "identity" in emulator.json:

  IMDS                HTTP_PROXY=metadata_url, which carries http://169.254.169.254 for clients that insist on it
  App Service         IDENTITY_ENDPOINT, IDENTITY_HEADER
  GitHub Actions      ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN
  Azure Pipelines     SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN, and the ID of a service connection

Control, without a token, on https://localhost:PORT:

  GET    /_emulator/state      what the services store
  GET    /_emulator/requests   every request so far: service, operation, method, path, status
  DELETE /_emulator/requests   forgets them
  POST   /_emulator/faults     makes requests fail: {"service":"iotcentral","method":"PUT","status":500,"times":1}
                               conditions: service (entra, arm, sphere, iotcentral), method, path (glob), operation
                               effect: status or drop, skip, times, retry_after, after_effect, code, body
  DELETE /_emulator/faults     ends them
  POST   /_emulator/rotate     {"stage":"issue"}, then activate, then expire or revoke; "catalog" for another than
                               the default one

Switches, for what is not known of the real services; the first value is the default:

`)
	for _, s := range emulator.Switches() {
		values := strings.Join(s.Values, " | ")
		if s.Open {
			values += " | …"
		}
		fmt.Fprintf(w, "  %s=%s\n      %s\n", s.Name, values, s.Description)
	}
}
