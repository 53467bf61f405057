// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
)

// Info is what a client needs to know of a running emulator. The file emulator.json holds it.
type Info struct {
	Endpoints      Endpoints     `json:"endpoints"`
	Audiences      Audiences     `json:"audiences"`
	TenantID       string        `json:"tenant_id"`       // Microsoft Entra tenant
	SubscriptionID string        `json:"subscription_id"` // of the catalog and of the applications
	ResourceGroup  string        `json:"resource_group"`  // likewise
	ClientID       string        `json:"client_id"`       // a principal with every right
	ClientSecret   string        `json:"client_secret"`
	CatalogID      string        `json:"catalog_id"`       // ARM resource ID of the default catalog
	SphereTenantID string        `json:"sphere_tenant_id"` // Azure Sphere (Legacy) tenant of that catalog
	Applications   []Application `json:"applications"`
	Principals     []Principal   `json:"principals"` // every principal, the one above first

	ProvisioningServices []ProvisioningService `json:"provisioning_services"`

	Identity Identity `json:"identity"`

	// ControlToken is the bearer token of control requests. It is empty on loopback, where they need none.
	ControlToken string `json:"control_token,omitempty"`
}

// Endpoints are the addresses of the emulated services.
type Endpoints struct {
	AuthorityHost       string `json:"authority_host"`         // https://HOSTNAME:PORT/
	ResourceManager     string `json:"resource_manager"`       // likewise
	AzureSphere         string `json:"azure_sphere"`           // likewise, Legacy public API
	IoTCentralDNSSuffix string `json:"iot_central_dns_suffix"` // HOSTNAME:PORT
	DPSDNSSuffix        string `json:"dps_dns_suffix"`         // azure-devices-provisioning.HOSTNAME:PORT
	DeviceProvisioning  string `json:"device_provisioning"`    // likewise, where devices register
	Proxy               string `json:"proxy"`                  // http://127.0.0.1:PORT3; as HTTPS_PROXY it carries the public cloud's names
}

// Audiences are the token audiences of the services: those of the public cloud.
type Audiences struct {
	ResourceManager string `json:"resource_manager"`
	AzureSphere     string `json:"azure_sphere"`
	IoTCentral      string `json:"iot_central"`
	DPS             string `json:"dps"`
}

// Application is an IoT Central application.
type Application struct {
	Subdomain     string `json:"subdomain"`
	ApplicationID string `json:"application_id"`
	URL           string `json:"url"`         // https://SUBDOMAIN.HOSTNAME:PORT
	AddressURL    string `json:"address_url"` // https://127.0.0.1:PORT2, a listener of this application alone
	APIToken      string `json:"api_token"`   // a complete Authorization header value, App Administrator
	ResourceID    string `json:"resource_id"` // ARM resource ID
	IDScope       string `json:"id_scope"`    // of the application's Device Provisioning Service
}

// ProvisioningService is a Device Provisioning Service (DPS).
type ProvisioningService struct {
	Name       string   `json:"name"`
	ResourceID string   `json:"resource_id"` // ARM resource ID
	IDScope    string   `json:"id_scope"`
	Hubs       []string `json:"iot_hubs"` // host names of the linked IoT hubs
}

// Principal is a service principal of the emulated Entra tenant.
type Principal = entra.Principal

// Identity holds what the environments that lend an identity to a process set.
type Identity = entra.Identity

// Info returns what clients need to know.
func (e *Emulator) Info() Info {
	info := e.info
	info.Applications = slices.Clone(info.Applications)
	info.Principals = slices.Clone(info.Principals)
	info.ProvisioningServices = slices.Clone(info.ProvisioningServices)
	return info
}

// CAPEM returns the certificate, in PEM, that signed the TLS certificates of every listener.
func (e *Emulator) CAPEM() []byte { return e.tls.PEM() }

// DirVariable is the environment variable with the folder of the settings.
const DirVariable = "SPHERE_EMULATOR_DIR"

// Environment returns the environment variables with which an empty provider block reaches the emulator. Those that
// name the file with the CA are there only when [Options.Dir] is set.
func (e *Emulator) Environment() map[string]string {
	variables := map[string]string{
		"ARM_TENANT_ID":                       e.info.TenantID,
		"ARM_CLIENT_ID":                       e.info.ClientID,
		"ARM_CLIENT_SECRET":                   e.info.ClientSecret,
		"ARM_SUBSCRIPTION_ID":                 e.info.SubscriptionID,
		"ARM_USE_CLI":                         "false",
		"ARM_DISABLE_INSTANCE_DISCOVERY":      "true",
		"ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST": e.info.Endpoints.AuthorityHost,
		"ARM_RESOURCE_MANAGER_ENDPOINT":       e.info.Endpoints.ResourceManager,
		"ARM_RESOURCE_MANAGER_AUDIENCE":       e.info.Audiences.ResourceManager,
		"AZURE_SPHERE_ENDPOINT":               e.info.Endpoints.AzureSphere,
		"AZURE_SPHERE_AUDIENCE":               e.info.Audiences.AzureSphere,
		"AZURE_SPHERE_CATALOG_ID":             e.info.CatalogID,
		"IOTCENTRAL_DNS_SUFFIX":               e.info.Endpoints.IoTCentralDNSSuffix,
		"IOTCENTRAL_AUDIENCE":                 e.info.Audiences.IoTCentral,
		"AZURE_DPS_DNS_SUFFIX":                e.info.Endpoints.DPSDNSSuffix,
		"AZURE_DPS_AUDIENCE":                  e.info.Audiences.DPS,
	}
	if len(e.info.ProvisioningServices) > 0 {
		variables["AZURE_DPS_ID"] = e.info.ProvisioningServices[0].ResourceID
	}
	if len(e.info.Applications) > 0 {
		variables["IOTCENTRAL_APPLICATION"] = e.info.Applications[0].Subdomain
	}
	if e.opts.Dir != "" {
		variables[DirVariable] = filepath.Dir(e.caFile())
		variables["ARM_CA_BUNDLE"] = e.caFile()
		variables["SSL_CERT_FILE"] = e.caFile()
	}
	return variables
}

// caFile is the absolute name of the file with the CA.
func (e *Emulator) caFile() string {
	name := filepath.Join(e.opts.Dir, "ca.pem")
	if absolute, err := filepath.Abs(name); err == nil {
		return absolute
	}
	return name
}

// Files are the names of the files that [Start] writes into [Options.Dir].
func Files() []string {
	return []string{"ca.pem", "emulator.json", "environment.json", "emulator.ps1", "emulator.env"}
}

// writeFiles writes these files, when there is a directory for them: emulator.env at the end, so that whoever waits for it
// finds the others. What holds secrets can be read by the user alone.
func (e *Emulator) writeFiles() error {
	if e.opts.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(e.opts.Dir, 0o755); err != nil {
		return fmt.Errorf("making the directory for the settings: %w", err)
	}
	settings, err := json.MarshalIndent(e.info, "", "  ") //nolint:gosec // the file is there to hold the secret
	if err != nil {
		return fmt.Errorf("encoding the settings: %w", err)
	}
	environment, err := json.MarshalIndent(e.Environment(), "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the environment: %w", err)
	}
	return errors.Join(
		writeFile(filepath.Join(e.opts.Dir, "ca.pem"), e.tls.PEM(), 0o644),
		writeFile(filepath.Join(e.opts.Dir, "emulator.json"), append(settings, '\n'), 0o600),
		writeFile(filepath.Join(e.opts.Dir, "environment.json"), append(environment, '\n'), 0o600),
		writeFile(filepath.Join(e.opts.Dir, "emulator.ps1"), powerShell(e.Environment()), 0o600),
		writeFile(filepath.Join(e.opts.Dir, "emulator.env"), shellExports(e.Environment()), 0o600),
	)
}

// powerShell writes variables as lines of a PowerShell script.
func powerShell(variables map[string]string) []byte {
	var script strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		quoted := strings.ReplaceAll(variables[name], "'", "''")
		fmt.Fprintf(&script, "$env:%s = '%s'\n", name, quoted)
	}
	return []byte(script.String())
}

// shellExports writes variables as lines of a POSIX shell script.
func shellExports(variables map[string]string) []byte {
	var script strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		quoted := strings.ReplaceAll(variables[name], "'", `'\''`)
		fmt.Fprintf(&script, "export %s='%s'\n", name, quoted)
	}
	return []byte(script.String())
}

// writeFile replaces a file at once, so that nobody reads half of it or reads it with the rights of an earlier one.
func writeFile(name string, content []byte, mode os.FileMode) error {
	temporary, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Chmod(mode), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(temporary.Name()))
	}
	return nil
}
