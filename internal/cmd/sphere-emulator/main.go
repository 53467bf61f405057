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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// run serves until the context ends, and returns the exit status: 0 after that, 1 when the emulator could not start or
// end, 2 when the arguments are wrong.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	opts, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "sphere-emulator: %v\nRun sphere-emulator -help for the manual.\n", err)
		return 2
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
	fmt.Fprintf(stdout, "sphere-emulator is ready at %s with %s; settings are in %s\n",
		e.Info().Endpoints.ResourceManager, strings.Join(opts.Applications, ", "), opts.Dir)
	<-ctx.Done()
	if err := e.Close(); err != nil {
		fmt.Fprintf(stderr, "sphere-emulator: %v\n", err)
		return 1
	}
	return 0
}

// writeClientCertificate writes the certificate and key that clients can sign in with instead of a secret.
func writeClientCertificate(e *emulator.Emulator, dir string) error {
	text, err := e.ClientCertificate()
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "client.pem")
	// A file that is there already would keep its mode.
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replacing the client certificate: %w", err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		return fmt.Errorf("writing the client certificate: %w", err)
	}
	return nil
}

// parse reads the flags. For -help it writes the manual and returns flag.ErrHelp.
func parse(args []string, stdout io.Writer) (emulator.Options, error) {
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
	case opts.Dir == "":
		return opts, errors.New("-dir is required: it is where the settings for clients are written")
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

  sphere-emulator -dir DIR [flags]

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
                               effect: status or drop, times, retry_after, after_effect, code, body
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
