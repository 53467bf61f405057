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
	"slices"
	"strings"
	"syscall"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// version is set by the linker.
var version = "dev"

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // As nohup has it.
		signal.Notify(signals, syscall.SIGHUP)
	}
	ctx, end := context.WithCancelCause(context.Background())
	go func() { end(signalled{<-signals}) }()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// signalled is why the context ended: this process got a signal.
type signalled struct{ os.Signal }

// Error implements error.
func (s signalled) Error() string { return "got the signal " + s.String() }

// run talks to an emulator that runs, where the first argument says so, or serves.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		for _, s := range subcommands {
			if s.name == args[0] {
				return s.run(ctx, args[1:], stdout, stderr)
			}
		}
	}
	return serve(ctx, args, stdout, stderr)
}

// serve serves until the context or the command ends, and returns the exit status: that of the command, 0 without one, 1
// when the emulator could not start or end, 2 when the arguments are wrong. It leaves nothing behind.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) (status int) {
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
	if _, err := os.Stat(opts.Dir); errors.Is(err, fs.ErrNotExist) {
		defer func() { _ = os.Remove(opts.Dir) }() // Unless something else is in it.
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
	if e.Info().ControlToken != "" {
		fmt.Fprintf(stderr, "sphere-emulator: warning: others than this machine can reach %s. The secrets are those of an emulator, "+
			"but control requests need the token in emulator.json.\n", opts.Listen)
	}
	if len(command) > 0 {
		return runCommand(ctx, command, e.Environment(), stdout, stderr)
	}
	fmt.Fprintf(stdout, "sphere-emulator is ready at %s with %s; settings are in %s\n",
		e.Info().Endpoints.ResourceManager, applications(e), opts.Dir)
	<-ctx.Done()
	return 0
}

// applications names the applications of an emulator.
func applications(e *emulator.Emulator) string {
	var names []string
	for _, app := range e.Info().Applications {
		names = append(names, app.Subdomain)
	}
	return strings.Join(names, ", ")
}

// removeSettings removes what is written for clients.
func removeSettings(dir string) error {
	var failures []error
	for _, name := range slices.Backward(append([]string{clientFile}, emulator.Files()...)) { // emulator.env first
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

// parse reads the flags. With a command the folder is optional. For -help it writes the manual and returns flag.ErrHelp,
// and so it does with -version.
func parse(args []string, command bool, stdout io.Writer) (emulator.Options, error) {
	opts := emulator.Options{Version: version}
	flags := flag.NewFlagSet("sphere-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&opts.Listen, "listen", "127.0.0.1:0", "")
	flags.StringVar(&opts.Dir, "dir", "", "")
	flags.StringVar(&opts.Hostname, "hostname", "", "")
	flags.Func("applications", "", func(names string) error {
		opts.Applications = strings.Split(names, ",")
		return nil
	})
	flags.Func("ca-age", "", func(age string) (err error) {
		opts.CAAge, err = emulator.ParseDuration(age)
		return err
	})
	flags.Func("seed", "", func(name string) (err error) {
		opts.Seed, err = readSeed(name)
		return err
	})
	showVersion := flags.Bool("version", false, "")
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
	case *showVersion:
		fmt.Fprintf(stdout, "sphere-emulator %s\n", version)
		return opts, flag.ErrHelp
	case flags.NArg() > 0:
		return opts, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.Dir == "" && !command:
		return opts, errors.New("-dir is required: it is where the settings for clients are written. Only with a command after -- is it optional")
	case opts.Latency < 0, opts.RateLimit < 0:
		return opts, errors.New("-latency and -rate-limit cannot be negative")
	}
	return opts, nil
}

// readSeed reads the file of a state.
func readSeed(name string) (*emulator.State, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return emulator.ReadState(file)
}

// manual writes what -help shows.
func manual(w io.Writer) {
	fmt.Fprint(w, `sphere-emulator serves Microsoft Entra ID, Azure Resource Manager (Microsoft.AzureSphere, Microsoft.IoTCentral),
the Azure Sphere (Legacy) public API and Azure IoT Central on loopback, over TLS, for tests without a subscription.
Everything it knows is in memory and ends with it. It stops at SIGINT and SIGTERM.

Usage:

  sphere-emulator [flags] -- terraform test    # runs a command with the settings, and ends with it and its exit status
  sphere-emulator -dir DIR [flags]             # serves until it is stopped
  sphere-emulator COMMAND [-dir DIR] …         # talks to one that runs

  sphere-emulator -dir /tmp/emulator &         # and, once it says that it is ready
  . /tmp/emulator/emulator.env
  terraform apply

Commands, each with a -help of its own:

`)
	for _, s := range subcommands {
		fmt.Fprintf(w, "  %-10s%s\n", s.name, s.summary)
	}
	fmt.Fprint(w, `
When it is ready it prints one line, and has written into DIR:

  emulator.env      shell "export" lines: all that an empty provider block needs
  emulator.ps1      the same for PowerShell
  environment.json  the same as a JSON object, for pipelines
  emulator.json     endpoints, catalog and tenant IDs, client IDs and secrets, an API token per application
  ca.pem            the CA of its TLS certificates
  client.pem        a certificate and its key, with which the owner can sign in instead of with its secret

Flags:

  -dir DIR                where to write the files above; it is made if need be
  -listen HOST:PORT       address of the main listener (default 127.0.0.1:0, any free port); beyond loopback, control
                          requests need the bearer token control_token of emulator.json
  -hostname NAME          under which clients find it, applications below that name (default localhost)
  -applications A,B       subdomains of the IoT Central applications (default contoso)
  -ca-age AGE             age of the catalog's CA, which lives for two years: 700d leaves it 30 days (default 0d)
  -seed FILE              what it stores at the start, in the form that the command state prints, or parts of that
  -latency TIME           added to each answer (default 0s)
  -rate-limit N           requests per second and application before 429, 0 for no limit (default 20)
  -federated-issuer URL   a further issuer whose tokens are taken as client assertions; may be repeated
  -behavior NAME=VALUE    sets a switch, see below; may be repeated
  -version                prints the version

Hosts, with the -hostname in place of localhost: an application is https://SUBDOMAIN.localhost:PORT or
https://APPLICATION_ID.localhost:PORT, and has a port of its own for clients that cannot resolve such names
(address_url in emulator.json). Everything else is https://localhost:PORT.

Principals, all in emulator.json: owner may do everything, reader may only read, publisher and contributor have
these roles of Azure Sphere, stranger has no role anywhere, and managed-identity is the identity of the machine.
Identities without a secret, under "identity" in emulator.json:

  IMDS                HTTP_PROXY=metadata_url, which carries http://169.254.169.254 for clients that insist on it
  App Service         IDENTITY_ENDPOINT, IDENTITY_HEADER
  GitHub Actions      ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN
  Azure Pipelines     SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN, and the ID of a service connection

Control over HTTPS, on https://localhost:PORT; the commands do the same:

  GET    /_emulator/health     status, version and emulated time
  GET    /_emulator/state      what the services store, with private keys
  POST   /_emulator/reset      takes everything back to what it was at the start
  GET    /_emulator/requests   every request so far: service, operation, method, path, status
  DELETE /_emulator/requests   forgets them
  POST   /_emulator/faults     makes requests fail: {"service":"iotcentral","method":"PUT","status":500,"times":1}
                               conditions: service (entra, arm, sphere, iotcentral), method, path (glob), operation
                               effect: status or drop, skip, times, retry_after, after_effect, code, body
  DELETE /_emulator/faults     ends them
  POST   /_emulator/rotate     {"stage":"issue"}, then activate, then expire or revoke; "catalog" for another than
                               the default one
  POST   /_emulator/clock      {"advance":"90d"}: time passes for catalogs, CAs, proofs and devices, and CAs are renewed
                               90 and 45 days before their end; not for tokens and TLS. Answers have it in Date

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
