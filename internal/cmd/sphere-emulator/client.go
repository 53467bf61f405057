// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator"
)

// client sends control requests to an emulator.
type client struct {
	ctx    context.Context
	stdout io.Writer
	info   emulator.Info
	http   *http.Client
}

// newClient returns a client of the emulator whose settings are in a folder.
func newClient(ctx context.Context, dir string, stdout io.Writer) (*client, error) {
	settings, err := os.ReadFile(filepath.Join(dir, "emulator.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no emulator has its settings in %s: it is not ready yet, or has ended", dir)
	case err != nil:
		return nil, err
	}
	c := &client{ctx: ctx, stdout: stdout}
	if err := json.Unmarshal(settings, &c.info); err != nil {
		return nil, fmt.Errorf("reading emulator.json: %w", err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	c.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		DialContext:     dial,
	}}
	return c, nil
}

// dial finds an emulator by its name, or on the loopback interface where nothing knows the name: a probe runs beside
// the emulator.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, network, address)
	var unknown *net.DNSError
	if _, port, splitErr := net.SplitHostPort(address); errors.As(err, &unknown) && splitErr == nil {
		return dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return connection, err
}

// do sends a control request, and reads the answer where that is wanted.
func (c *client) do(method, path string, body, into any) error {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(c.ctx, method, c.info.Endpoints.ResourceManager+"_emulator/"+path, bytes.NewReader(encoded))
	if err != nil {
		return err
	}
	if c.info.ControlToken != "" {
		request.Header.Set("Authorization", "Bearer "+c.info.ControlToken)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("the emulator does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("the emulator does not answer: %w", err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		var refused struct{ Error string }
		if json.Unmarshal(answer, &refused) == nil && refused.Error != "" {
			return errors.New(refused.Error)
		}
		return fmt.Errorf("the emulator answers %s", response.Status)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
