// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/acctest"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/emulatortest"
)

const fleetName = "contosofleet"

// TestFleetOnboarding_leadsFromNothingToADeviceThatEnrols applies the example. What it does with the azapi and azurerm providers, which
// the tests do not have, is sent by the test as they would send it; everything else is applied by Terraform.
func TestFleetOnboarding_leadsFromNothingToADeviceThatEnrols(t *testing.T) {
	t.Parallel()
	bench := acctest.Start(t, nil)
	for _, name := range []string{"AZURE_SPHERE_CATALOG_ID", "IOTCENTRAL_APPLICATION"} {
		bench.Setenv(name, "") // The example has both from its resources.
	}
	session := &emulatortest.Session{T: t, Emulator: bench.Emulator, Info: bench.Info(), Client: bench.HTTPClient()}
	t.Cleanup(session.Client.CloseIdleConnections)
	deviceID, lowerID := emulatortest.DeviceID("D"), emulatortest.DeviceID("d")
	cloud := readFleet(t, session, deviceID)
	cloud.apply()

	cli := bench.NewEmptyCLI()
	cloud.standIn(cli)
	dir := "-chdir=" + filepath.Join("examples", "fleet-onboarding")
	cli.MustRun(dir, "init")
	if plan := cli.MustRun(dir, "plan"); !saysAll(plan, "Plan: 5 to add, 0 to change, 0 to destroy.") {
		t.Errorf("the first plan is:\n%s", plan)
	}

	device, err := emulatortest.NewDevice(bench.Emulator, lowerID, cloud.activeCA())
	if err != nil {
		t.Fatal(err)
	}
	cli.MustRun(dir, "apply", "-auto-approve")
	if output, code := cli.Run(dir, "plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the second plan exits with %d:\n%s", code, output)
	}

	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(cli.MustRun(dir, "output", "-json")), &outputs); err != nil {
		t.Fatal(err)
	}
	group, _ := outputs["device_group_id"].Value.(string)
	if want := cloud.ids["azapi_resource.device_group"]; group != want {
		t.Errorf("device_group_id is %s, want %s", group, want)
	}
	if ids, _ := outputs["device_ids"].Value.([]any); len(ids) != 1 || ids[0] != lowerID {
		t.Errorf("device_ids is %v", ids)
	}
	if manifest, _ := outputs["app_manifest"].Value.(string); !strings.Contains(manifest, cloud.tenant()) {
		t.Errorf("app_manifest does not name the tenant %s: %s", cloud.tenant(), manifest)
	}
	if address, _ := outputs["application_url"].Value.(string); !strings.HasPrefix(address, "https://"+fleetName+".") {
		t.Errorf("application_url is %s", address)
	}
	session.ARM(http.MethodPost, group+"/claimDevices", emulatortest.JSON(map[string]any{"deviceIdentifiers": []string{deviceID}})).
		Want(http.StatusAccepted)
	scope, _ := outputs["id_scope"].Value.(string)
	if assigned, err := device.Enrol(t.Context(), scope); err != nil || assigned.DeviceID != lowerID {
		t.Errorf("the device is assigned to %+v: %v", assigned, err)
	}

	if _, err := bench.Device().Enrol(t.Context(), scope); err == nil {
		t.Error("a device of another catalog enrols as well")
	}
}

// onboarding is the part of the example that is for the azapi and azurerm providers, and what they have made of it.
type onboarding struct {
	t       *testing.T
	session *emulatortest.Session
	blocks  []*hclsyntax.Block
	values  map[string]map[string]cty.Value // of resources, by type and name
	vars    map[string]cty.Value
	ids     map[string]string // of resources, by address
}

const (
	fleetFolder = "fleet-onboarding"
	appsVersion = "2021-11-01-preview" // of azurerm
)

func readFleet(t *testing.T, session *emulatortest.Session, deviceID string) *onboarding {
	t.Helper()
	f := &onboarding{t: t, session: session, ids: map[string]string{}, values: map[string]map[string]cty.Value{}}
	group := session.Info.ResourceGroup
	f.vars = map[string]cty.Value{
		"resource_group": cty.StringVal(group), "name": cty.StringVal(fleetName),
		"device_ids": cty.SetVal([]cty.Value{cty.StringVal(deviceID)}),
	}
	for _, block := range f.parse("variables.tf") {
		if byDefault := block.Body.Attributes["default"]; byDefault != nil && f.vars[block.Labels[0]] == cty.NilVal {
			value, diags := byDefault.Expr.Value(nil)
			f.ok(diags)
			f.vars[block.Labels[0]] = value
		}
	}
	f.blocks = f.parse("azure.tf")

	return f
}

func (f *onboarding) ok(diags hcl.Diagnostics) {
	f.t.Helper()
	if diags.HasErrors() {
		f.t.Fatal(diags)
	}
}

func (f *onboarding) parse(name string) []*hclsyntax.Block {
	f.t.Helper()
	source, err := os.ReadFile(filepath.Join(root, "examples", fleetFolder, name))
	if err != nil {
		f.t.Fatal(err)
	}
	parsed, diags := hclsyntax.ParseConfig(source, name, hcl.InitialPos)
	f.ok(diags)
	body, _ := parsed.Body.(*hclsyntax.Body)

	return body.Blocks
}

// apply makes the resources in the order of the file.
func (f *onboarding) apply() {
	f.t.Helper()
	for _, block := range f.blocks {
		address := strings.Join(block.Labels, ".")
		switch block.Type + " " + block.Labels[0] {
		case "data azurerm_resource_group":
			arguments := f.arguments(block, "name")
			id := "/subscriptions/" + f.session.Info.SubscriptionID + "/resourceGroups/" + text(arguments["name"])
			found := f.arm(http.MethodGet, id, "2021-04-01", nil).Want(http.StatusOK)
			f.made("data."+address, id, map[string]cty.Value{"name": cty.StringVal(found.Text("name")), "location": cty.StringVal(found.Text("location"))})
		case "resource azapi_resource":
			f.azapi(address, f.arguments(block, "type", "parent_id", "name", "location", "tags", "body"))
		case "resource azurerm_iotcentral_application":
			f.azurerm(address, f.arguments(block, "name", "resource_group_name", "location", "sub_domain", "display_name", "sku", "template"))
		default:
			f.t.Fatalf("the test knows no %s %s", block.Type, address)
		}
	}
}

// azapi sends what azapi_resource sends: body, location and tags, to the ID of the resource, in the version of its type.
func (f *onboarding) azapi(address string, arguments map[string]cty.Value) {
	f.t.Helper()
	kind, version, _ := strings.Cut(text(arguments["type"]), "@")
	segments := strings.Split(kind, "/")
	id := text(arguments["parent_id"])
	if len(segments) == 2 {
		id += "/providers/" + segments[0]
	}
	id += "/" + segments[len(segments)-1] + "/" + text(arguments["name"])
	body := map[string]any{}
	if arguments["body"] != cty.NilVal {
		encoded, err := ctyjson.Marshal(arguments["body"], arguments["body"].Type())
		if err != nil {
			f.t.Fatal(err)
		}
		if err := json.Unmarshal(encoded, &body); err != nil {
			f.t.Fatal(err)
		}
	}
	if location := arguments["location"]; location != cty.NilVal {
		body["location"] = text(location)
	}
	f.put(id, version, body)
	f.made(address, id, nil)
}

// azurerm sends what azurerm_iotcentral_application sends: it looks whether the resource and its name exist, and makes it.
func (f *onboarding) azurerm(address string, arguments map[string]cty.Value) {
	f.t.Helper()
	id := "/subscriptions/" + f.session.Info.SubscriptionID + "/resourceGroups/" + text(arguments["resource_group_name"]) +
		"/providers/Microsoft.IoTCentral/iotApps/" + text(arguments["name"])
	f.arm(http.MethodGet, id, appsVersion, nil).Want(http.StatusNotFound)
	free := f.arm(http.MethodPost, "/subscriptions/"+f.session.Info.SubscriptionID+"/providers/Microsoft.IoTCentral/checkNameAvailability", appsVersion,
		map[string]any{"name": text(arguments["name"])}).Want(http.StatusOK)
	if free.At("nameAvailable") != true {
		f.t.Errorf("the name is taken: %s", free.Body)
	}
	f.put(id, appsVersion, map[string]any{
		"location": text(arguments["location"]),
		"sku":      map[string]any{"name": text(arguments["sku"])},
		"properties": map[string]any{
			"displayName": text(arguments["display_name"]), "subdomain": text(arguments["sub_domain"]),
			"template": text(arguments["template"]), "publicNetworkAccess": "Enabled",
		},
	})
	f.made(address, id, nil)
}

// put sends a resource, and reads it until it is there.
func (f *onboarding) put(id, version string, body map[string]any) {
	f.t.Helper()
	answered := f.arm(http.MethodPut, id, version, body)
	if answered.Status >= http.StatusBadRequest {
		f.t.Fatalf("PUT %s: status %d: %s", id, answered.Status, answered.Body)
	}
	for range 10 {
		operation := answered.Header.Get("Azure-AsyncOperation")
		if operation == "" || f.session.Send(http.MethodGet, operation, nil, "Authorization", f.session.Token(f.session.Info.Audiences.ResourceManager)).
			Want(http.StatusOK).Text("status") == "Succeeded" {
			break
		}
	}
	if state := f.arm(http.MethodGet, id, version, nil).Want(http.StatusOK).Text("properties", "provisioningState"); state != "Succeeded" {
		f.t.Errorf("%s is %s", id, state)
	}
}

func (f *onboarding) arm(method, id, version string, body map[string]any) *emulatortest.Reply {
	f.t.Helper()
	headers := []string{"Authorization", f.session.Token(f.session.Info.Audiences.ResourceManager)}
	var sent []byte
	if body != nil {
		sent, headers = []byte(emulatortest.JSON(body)), append(headers, "Content-Type", "application/json")
	}
	address := strings.TrimSuffix(f.session.Info.Endpoints.ResourceManager, "/") + strings.ReplaceAll(id, " ", "%20")

	return f.session.Send(method, address+"?api-version="+version, sent, headers...)
}

// arguments evaluates the arguments of a block, and fails for one that is not known.
func (f *onboarding) arguments(block *hclsyntax.Block, known ...string) map[string]cty.Value {
	f.t.Helper()
	scope := map[string]cty.Value{"var": cty.ObjectVal(f.vars)}
	for kind, values := range f.values {
		scope[kind] = cty.ObjectVal(values)
	}
	if group := f.values["azurerm_resource_group"]; group != nil {
		scope["data"] = cty.ObjectVal(map[string]cty.Value{"azurerm_resource_group": cty.ObjectVal(group)})
	}
	all := map[string]cty.Value{}
	for name, attribute := range block.Body.Attributes {
		if !slices.Contains(known, name) {
			f.t.Errorf("%s: %v has an argument %s that the test does not send", attribute.SrcRange, block.Labels, name)
		}
		value, diags := attribute.Expr.Value(&hcl.EvalContext{Variables: scope})
		f.ok(diags)
		all[name] = value
	}

	return all
}

// made keeps what others refer to.
func (f *onboarding) made(address, id string, more map[string]cty.Value) {
	f.ids[address] = id
	parts := strings.Split(strings.TrimPrefix(address, "data."), ".")
	attributes := map[string]cty.Value{"id": cty.StringVal(id)}
	maps.Copy(attributes, more)
	if f.values[parts[0]] == nil {
		f.values[parts[0]] = map[string]cty.Value{}
	}
	f.values[parts[0]][parts[1]] = cty.ObjectVal(attributes)
}

func (f *onboarding) tenant() string {
	f.t.Helper()

	return f.session.ARM(http.MethodGet, f.ids["azapi_resource.catalog"], "").Want(http.StatusOK).Text("properties", "tenantId")
}

func (f *onboarding) activeCA() string {
	f.t.Helper()
	listed := f.session.ARM(http.MethodGet, f.ids["azapi_resource.catalog"]+"/certificates", "").Want(http.StatusOK)

	return listed.Text("value", 0, "properties", "thumbprint")
}

var otherProviders = regexp.MustCompile(`(?m)^    (?:azapi|azurerm) = \{\n(?:.*\n)*?    \}\n|^provider "(?:azapi|azurerm)" \{(?:\}|\n(?:.*\n)*?\})\n`)

// standIn writes the example with its module. In place of the resources of the other providers there are resources whose IDs, as
// theirs, are known after apply.
func (f *onboarding) standIn(cli *acctest.CLI) {
	f.t.Helper()
	to := filepath.Join(cli.Dir, "examples")
	if err := os.CopyFS(to, os.DirFS(filepath.Join(root, "examples"))); err != nil {
		f.t.Fatal(err)
	}
	var standIns strings.Builder
	var references []string
	for address, id := range f.ids {
		if strings.HasPrefix(address, "data.") || strings.HasSuffix(address, ".product") {
			continue
		}
		kind, name, _ := strings.Cut(address, ".")
		fmt.Fprintf(&standIns, "resource \"terraform_data\" \"%s_%s\" {\n  input = %q\n}\n", kind, name, id)
		references = append(references, address+".id", "terraform_data."+kind+"_"+name+".output")
	}
	replace := strings.NewReplacer(references...)
	for _, name := range []string{"versions.tf", "main.tf", "outputs.tf"} {
		file := filepath.Join(fleetFolder, name)
		content, err := os.ReadFile(filepath.Join(to, file))
		if err != nil {
			f.t.Fatal(err)
		}
		cli.Write(filepath.Join("examples", file), replace.Replace(otherProviders.ReplaceAllString(string(content), "")))
	}
	cli.Write(filepath.Join("examples", fleetFolder, "azure.tf"), standIns.String())
	cli.Write(filepath.Join("examples", fleetFolder, "test.auto.tfvars"), fmt.Sprintf("resource_group = %q\nname = %q\ndevice_ids = [%q]\n",
		text(f.vars["resource_group"]), fleetName, text(f.vars["device_ids"].AsValueSlice()[0])))
}

// text is a string of the configuration, and empty where it has none.
func text(value cty.Value) string {
	if value == cty.NilVal || value.IsNull() {
		return ""
	}

	return value.AsString()
}
