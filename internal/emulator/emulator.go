// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/arm"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/central"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/entra"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/iotdps"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/legacy"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/provisioning"
)

// Options say what [Start] starts. The zero value is an emulator with one application on a free port.
type Options struct {
	Listen       string   // address of the main listener, default "127.0.0.1:0"
	Dir          string   // where emulator.env, ca.pem and emulator.json are written; empty: nowhere
	Hostname     string   // under which clients find it, default "localhost"; applications are below it
	Applications []string // subdomains of the IoT Central applications, default "contoso"

	ProvisioningServices []string // names of the provisioning services (DPS), default "contoso-dps"

	CAAge     time.Duration    // age of the catalog's CA at the start
	Seed      *State           // what the services store at the start; nil: one catalog, and empty applications
	Version   string           // its own version, which each answer has in a header; default "dev"
	Latency   time.Duration    // added to each answer
	RateLimit int              // requests per second and IoT Central application, beyond which 429; 0: unlimited
	Now       func() time.Time // clock of the machine, default time.Now; called from several goroutines
	Behavior  Behavior         // switches for what is unknown of the real services

	FederatedIssuers []string       // further token issuers whose client assertions the owner accepts, of any subject
	Observe          func(Exchange) // called for each request that was answered, before the client sees the answer
}

// Exchange is a request and its answer, for [Options.Observe].
type Exchange struct {
	Service   string // as in Request
	Operation string // as in Request
	Faulty    bool   // a Fault gave the answer, and not the service

	Method        string
	URL           string      // absolute
	RequestHeader http.Header // without Authorization
	RequestBody   []byte

	Status int
	Header http.Header
	Body   []byte
}

// Emulator is a running emulator. Its methods may be called from several goroutines.
type Emulator struct {
	opts     Options
	dialHost string // address of the main listener for a client on this machine
	info     Info
	tls      *pki.Authority

	log    requestLog
	faults faultList
	clock  clock

	world   sync.RWMutex // is held by each request while it is handled, and by what concerns all services at once
	initial State        // at the start, for Reset

	tenant          *entra.Tenant
	store           *catalog.Store
	central         *central.Service
	dps             *iotdps.Service
	resourceManager *arm.Service
	services        *services
	control         http.Handler

	closing     chan struct{}
	closeOnce   sync.Once
	closeErr    error
	servers     []*http.Server
	serving     sync.WaitGroup
	connections sync.WaitGroup
}

// resourceGroup is the one resource group that there is.
const resourceGroup = "contoso-rg"

// subdomainLabel is the form of a DNS label.
var subdomainLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// hostname is the form of a DNS name.
var hostname = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// Start starts an emulator, which is ready when Start returns. It reports an error when an address cannot be listened
// on, when an application's name is not a DNS label or comes twice, or when a file in Dir cannot be written.
func Start(opts Options) (*Emulator, error) {
	if opts.Listen == "" {
		opts.Listen = "127.0.0.1:0"
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Version == "" {
		opts.Version = "dev"
	}
	e := &Emulator{opts: opts, clock: clock{base: opts.Now}, closing: make(chan struct{})}
	if err := e.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the emulator: %w", err), e.Close())
	}
	return e, nil
}

func (e *Emulator) start() error {
	var err error
	if e.opts.Applications, err = applicationsOf(&e.opts); err != nil {
		return err
	}
	if e.opts.ProvisioningServices, err = provisioningServicesOf(&e.opts); err != nil {
		return err
	}
	for kind, names := range map[string][]string{"application": e.opts.Applications, "provisioning service": e.opts.ProvisioningServices} {
		for i, name := range names {
			if !subdomainLabel.MatchString(name) {
				return fmt.Errorf("the %s name %q is not a lower-case DNS label", kind, name)
			}
			if slices.Contains(names[:i], name) {
				return fmt.Errorf("the %s name %q comes twice", kind, name)
			}
		}
	}
	if e.opts.Hostname != "" && !hostname.MatchString(e.opts.Hostname) {
		return fmt.Errorf("the host name %q is not a lower-case DNS name", e.opts.Hostname)
	}
	host, _, err := net.SplitHostPort(e.opts.Listen)
	if err != nil {
		return fmt.Errorf("the address to listen on: %w", err)
	}
	if e.opts.Hostname == "" {
		e.opts.Hostname = "localhost"
		if net.ParseIP(host) == nil && host != "" {
			e.opts.Hostname = strings.ToLower(host)
		}
	}
	return e.listen(host)
}

// makeServices makes the services and what they stand on: the tenant, the catalog and the applications. The addresses
// are those of the main listener, https://HOST/, and of the metadata listener, http://HOST.
func (e *Emulator) makeServices(endpoint, metadata string) error {
	tenant, err := entra.New(entra.Config{
		AuthorityHost: endpoint, MetadataURL: metadata, FederatedIssuers: e.opts.FederatedIssuers, Now: e.clock.machine,
	})
	if err != nil {
		return err
	}
	state, err := e.opts.complete()
	if err != nil {
		return err
	}
	e.tenant = tenant
	e.store = catalog.NewStore(state.SubscriptionID, e.opts.Behavior.CatalogBehavior)
	e.central = central.New(tenant, e.opts.Behavior.CentralBehavior, e.now)
	for _, name := range e.opts.Applications {
		e.central.Add(name, "/subscriptions/"+state.SubscriptionID+"/resourceGroups/"+resourceGroup+"/providers/Microsoft.IoTCentral/iotApps/"+name,
			e.opts.RateLimit)
	}
	e.dps = iotdps.New(tenant, e.opts.Behavior.DPSBehavior, e.now)
	for _, name := range e.opts.ProvisioningServices {
		e.dps.Add(name, "/subscriptions/"+state.SubscriptionID+"/resourceGroups/"+resourceGroup)
	}
	if err := e.load(state); err != nil {
		return fmt.Errorf("the seed: %w", err)
	}
	e.describe(tenant, state.SubscriptionID)
	e.initial = e.state()
	e.carry(endpoint)
	return nil
}

// describe makes the settings for clients, but for addresses.
func (e *Emulator) describe(tenant *entra.Tenant, subscriptionID string) {
	owner := tenant.Principals()[0]
	e.info = Info{
		Audiences: Audiences{
			ResourceManager: entra.AudienceResourceManager,
			AzureSphere:     entra.AudienceAzureSphere,
			IoTCentral:      entra.AudienceIoTCentral,
			DPS:             entra.AudienceDPS,
		},
		TenantID:       tenant.ID,
		SubscriptionID: subscriptionID,
		ResourceGroup:  resourceGroup,
		ClientID:       owner.ClientID,
		ClientSecret:   owner.ClientSecret,
		Principals:     tenant.Principals(),
		Identity:       tenant.Identity,
	}
	if catalogs := e.store.Catalogs(); len(catalogs) > 0 {
		e.info.CatalogID, e.info.SphereTenantID = catalogs[0].ID, catalogs[0].TenantID
	}
	for _, app := range e.central.Applications() {
		e.info.Applications = append(e.info.Applications, Application{
			Subdomain: app.Subdomain, ApplicationID: app.ID, APIToken: app.APIToken, ResourceID: app.ResourceID, IDScope: app.IDScope,
		})
	}
	for _, one := range e.dps.Services() {
		e.info.ProvisioningServices = append(e.info.ProvisioningServices, ProvisioningService{
			Name: one.Name, ResourceID: one.ResourceID, IDScope: one.IDScope, Hubs: one.Hubs,
		})
	}
}

// carry makes the handlers of the services.
func (e *Emulator) carry(endpoint string) {
	e.resourceManager = arm.New(arm.Config{
		SubscriptionID: e.info.SubscriptionID,
		ResourceGroup:  resourceGroup,
		Endpoint:       endpoint,
		Tenant:         e.tenant,
		Store:          e.store,
		Applications:   iotApps{e.central, e.opts.RateLimit},
		Providers:      []arm.Provider{e.dps.Provider()},
		Behavior:       e.opts.Behavior.ARMBehavior,
	}, &host{e, "arm", ""})
	e.services = &services{
		entra:         e.tenant.Handler(&host{e, "entra", ""}),
		arm:           e.resourceManager,
		sphere:        legacy.New(e.tenant, e.store, e.opts.Behavior.LegacyBehavior, &host{e, "sphere", ""}),
		metadata:      e.tenant.Metadata(&host{e, "metadata", ""}),
		github:        e.tenant.GitHub(&host{e, "github", ""}),
		azureDevOps:   e.tenant.AzureDevOps(&host{e, "azuredevops", ""}),
		applications:  map[*central.Application]http.Handler{},
		noApplication: e.central.Handler(nil, &host{e, "iotcentral", ""}),
		provisioning:  provisioning.New(e.scope, &host{e, "provisioning", ""}),
		dps:           map[string]http.Handler{},
		noDPS:         e.dps.Handler(nil, &host{e, "dps", ""}),
	}
	for _, one := range e.dps.Services() {
		e.services.dps[one.Name] = e.dps.Handler(one, &host{e, "dps", one.Name})
	}
	e.control = e.controlHandler()
}

// scope returns what an ID scope stands for: an application, or a provisioning service.
func (e *Emulator) scope(idScope string) provisioning.Scope {
	if found := e.central.Scope(idScope); found != nil {
		return found
	}
	return e.dps.Scope(idScope)
}

// iotApps are the applications as Resource Manager asks for them.
type iotApps struct {
	*central.Service

	rateLimit int
}

// IoTApps returns every application.
func (a iotApps) IoTApps() []arm.IoTApp {
	var list []arm.IoTApp
	for _, app := range a.Applications() {
		list = append(list, iotApp(app))
	}
	return list
}

// CreateIoTApp makes an application. It is reached by its name below the DNS suffix, and has no listener of its own.
func (a iotApps) CreateIoTApp(resourceID, subdomain string) arm.IoTApp {
	return iotApp(a.Add(subdomain, resourceID, a.rateLimit))
}

// DeleteIoTApp removes an application with all that is in it.
func (a iotApps) DeleteIoTApp(resourceID string) { a.Remove(resourceID) }

func iotApp(app *central.Application) arm.IoTApp {
	return arm.IoTApp{ResourceID: app.ResourceID, ApplicationID: app.ID, Subdomain: app.Subdomain}
}

// Close stops all listeners and connections and waits until every goroutine has ended. Further calls do nothing and
// return what the first one did.
func (e *Emulator) Close() error {
	e.closeOnce.Do(func() {
		close(e.closing)
		var errs []error
		for _, server := range e.servers {
			errs = append(errs, server.Close())
		}
		e.serving.Wait()
		e.connections.Wait()
		e.closeErr = errors.Join(errs...)
	})
	return e.closeErr
}

// Requests returns the log of requests since the start or the last reset, in the order in which they were answered.
// Control requests are not in it.
func (e *Emulator) Requests() []Request { return e.log.all() }

// ResetRequests empties the request log.
func (e *Emulator) ResetRequests() { e.log.reset() }

// Fail makes requests fail from now on.
func (e *Emulator) Fail(f Fault) { e.faults.add(f) }

// ClearFaults ends the effect of every [Emulator.Fail].
func (e *Emulator) ClearFaults() { e.faults.clear() }

// Token returns an access token for the audience, as the token endpoint issues it to the client. It reports an error
// for an unknown client ID.
func (e *Emulator) Token(clientID, audience string) (string, error) {
	return e.tenant.Token(clientID, audience)
}

// ClientCertificate returns a certificate and its RSA key, both in PEM, with which the first principal can sign in
// instead of with its secret. It is made at the first call, which takes longer than the others.
func (e *Emulator) ClientCertificate() ([]byte, error) { return e.tenant.ClientCertificate() }

// TrustClientCertificate lets the first principal sign in with a certificate that was made elsewhere.
func (e *Emulator) TrustClientCertificate(certificate *x509.Certificate) {
	e.tenant.TrustClientCertificate(certificate)
}
