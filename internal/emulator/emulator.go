// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"
)

// Options say what [Start] starts. The zero value is an emulator with one application on a free port.
type Options struct {
	Listen       string           // address of the main listener, default "127.0.0.1:0"
	Dir          string           // where emulator.env, ca.pem and emulator.json are written; empty: nowhere
	Applications []string         // subdomains of the IoT Central applications, default "contoso"
	CAAge        time.Duration    // age of the catalog's CA at the start
	Latency      time.Duration    // added to each answer
	RateLimit    int              // requests per second and IoT Central application, beyond which 429; 0: unlimited
	Now          func() time.Time // clock, default time.Now; called from several goroutines
	Behavior     Behavior         // switches for what is unknown of the real services

	FederatedIssuers []string       // further token issuers whose client assertions the owner accepts, of any subject
	Observe          func(Exchange) // called for each request that was answered, before the client sees the answer
}

// Exchange is a request and its answer, for [Options.Observe].
type Exchange struct {
	Service   string // as in Request
	Operation string // as in Request

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
	opts       Options
	info       Info
	tls        *authority
	listenName string // host name that Listen gives, if it is one, in lower case

	log    requestLog
	faults faultList

	entra, arm, sphere, central, metadata, github, azureDevOps *service
	control                                                    http.Handler

	tokenKey *signingKey
	issuers  []*workloadIssuer // of GitHub Actions and Azure Pipelines

	mu           sync.Mutex // guards what follows; applications and principals are never added to
	principals   []*principal
	pki          hierarchy
	catalogs     []*catalog
	operations   []*operation
	applications []*application
	quota        map[string]int
	clients      []*clientCertificate
	clientPEM    []byte // certificate and key made by ClientCertificate

	closing     chan struct{}
	closeOnce   sync.Once
	closeErr    error
	servers     []*http.Server
	serving     sync.WaitGroup
	connections sync.WaitGroup
}

// subdomainLabel is the form of a DNS label.
var subdomainLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// Start starts an emulator, which is ready when Start returns. It reports an error when an address cannot be listened
// on, when an application's name is not a DNS label or comes twice, or when a file in Dir cannot be written.
func Start(opts Options) (*Emulator, error) {
	if opts.Listen == "" {
		opts.Listen = "127.0.0.1:0"
	}
	if len(opts.Applications) == 0 {
		opts.Applications = []string{"contoso"}
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	e := &Emulator{opts: opts, closing: make(chan struct{}), quota: map[string]int{}}
	if err := e.start(); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the emulator: %w", err), e.Close())
	}
	return e, nil
}

func (e *Emulator) start() error {
	for i, name := range e.opts.Applications {
		if !subdomainLabel.MatchString(name) {
			return fmt.Errorf("the application name %q is not a lower-case DNS label", name)
		}
		if slices.Contains(e.opts.Applications[:i], name) {
			return fmt.Errorf("the application name %q comes twice", name)
		}
	}
	host, _, err := net.SplitHostPort(e.opts.Listen)
	if err != nil {
		return fmt.Errorf("the address to listen on: %w", err)
	}
	if net.ParseIP(host) == nil && host != "localhost" {
		e.listenName = strings.ToLower(host)
	}
	e.principals = newPrincipals()
	if e.tokenKey, err = newSigningKey(); err != nil {
		return err
	}
	if err := e.makeStore(); err != nil {
		return err
	}
	e.makeServices()
	return e.listen(host)
}

// makeStore makes the catalog and the applications.
func (e *Emulator) makeStore() error {
	owner := e.principals[0]
	e.info = Info{
		Audiences:      Audiences{ResourceManager: audienceARM, AzureSphere: audienceSphere, IoTCentral: audienceCentral},
		TenantID:       uuid.NewString(),
		SubscriptionID: uuid.NewString(),
		ResourceGroup:  "contoso-rg",
		ClientID:       owner.ClientID,
		ClientSecret:   owner.ClientSecret,
	}
	for _, p := range e.principals {
		e.info.Principals = append(e.info.Principals, p.Principal)
	}
	now := e.now()
	cat, err := e.newCatalog(e.info.ResourceGroup, "contoso-catalog", owner.ClientID, now, e.opts.CAAge)
	if err != nil {
		return err
	}
	e.info.CatalogID, e.info.SphereTenantID = cat.id, cat.tenantID
	for _, name := range e.opts.Applications {
		e.addApplication(name, now)
	}
	return nil
}

func (e *Emulator) addApplication(name string, now time.Time) {
	app := &application{
		subdomain: name,
		id:        uuid.NewString(),
		resourceID: fmt.Sprintf("/subscriptions/%s/resourceGroups/%s/providers/Microsoft.IoTCentral/iotApps/%s",
			e.info.SubscriptionID, e.info.ResourceGroup, name),
		idScope: fmt.Sprintf("0ne00%06X", uuid.New().ID()&0xffffff),
		secret:  []byte(randomText(32)),
	}
	if e.opts.RateLimit > 0 {
		app.limiter = rate.NewLimiter(rate.Limit(e.opts.RateLimit), e.opts.RateLimit)
	}
	token := &apiToken{id: "emulator", roles: []string{appAdministrator}, expiry: now.Add(apiTokenLife)}
	app.tokens = append(app.tokens, token)
	e.applications = append(e.applications, app)
	e.info.Applications = append(e.info.Applications, Application{
		Subdomain:     name,
		ApplicationID: app.id,
		APIToken:      app.signAPIToken(token),
		ResourceID:    app.resourceID,
		IDScope:       app.idScope,
	})
}

func (e *Emulator) makeServices() {
	e.entra = e.entraService()
	e.arm = e.armService()
	e.sphere = e.sphereService()
	e.central = e.centralService()
	e.metadata = e.metadataService()
	e.github = e.githubService()
	e.azureDevOps = e.azureDevOpsService()
	e.control = e.controlHandler()
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

// now is the emulator's time, in UTC.
func (e *Emulator) now() time.Time { return e.opts.Now().UTC() }

// Requests returns the log of requests since the start or the last reset, in the order in which they were answered.
// Control requests are not in it.
func (e *Emulator) Requests() []Request { return e.log.all() }

// ResetRequests empties the request log.
func (e *Emulator) ResetRequests() { e.log.reset() }

// Fail makes requests fail from now on.
func (e *Emulator) Fail(f Fault) { e.faults.add(f) }

// ClearFaults ends the effect of every [Emulator.Fail].
func (e *Emulator) ClearFaults() { e.faults.clear() }
