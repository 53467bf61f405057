// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package central

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/pki"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Application is an IoT Central application.
type Application struct {
	Subdomain  string
	ID         string // GUID
	ResourceID string // in Resource Manager
	IDScope    string // of its Device Provisioning Service
	APIToken   string // a complete Authorization header value, App Administrator

	secret  []byte        // signs API tokens
	limiter *rate.Limiter // nil: unlimited

	mu      sync.Mutex // guards what follows
	etags   rest.ETags
	groups  []*enrollmentGroup // in order of creation
	tokens  []*apiToken
	devices []*device
}

// Add adds an application with a resource ID. The rate limit is in requests per second; 0: unlimited.
func (s *Service) Add(subdomain, resourceID string, rateLimit int) *Application {
	app := &Application{
		Subdomain:  subdomain,
		ID:         uuid.NewString(),
		ResourceID: resourceID,
		IDScope:    fmt.Sprintf("0ne00%06X", uuid.New().ID()&0xffffff),
		secret:     []byte(pki.RandomText(32)),
	}
	if rateLimit > 0 {
		app.limiter = rate.NewLimiter(rate.Limit(rateLimit), rateLimit)
	}
	app.tokens = append(app.tokens, s.ownToken())
	app.APIToken = app.signAPIToken(app.tokens[0])
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps = append(s.apps, app)
	return app
}

// ownToken is the API token that clients are told of.
func (s *Service) ownToken() *apiToken {
	return &apiToken{id: ownTokenID, roles: []string{appAdministrator}, expiry: s.tenant.Now().Add(apiTokenLife)}
}

const ownTokenID = "emulator"

// Remove removes the application with the resource ID.
func (s *Service) Remove(resourceID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps = slices.DeleteFunc(slices.Clone(s.apps), func(app *Application) bool { return strings.EqualFold(app.ResourceID, resourceID) })
}

// Applications returns every application, in order of creation.
func (s *Service) Applications() []*Application {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.apps)
}

// Find returns the application with that subdomain or application ID, or nil.
func (s *Service) Find(label string) *Application {
	for _, app := range s.Applications() {
		if strings.EqualFold(label, app.Subdomain) || strings.EqualFold(label, app.ID) {
			return app
		}
	}
	return nil
}
