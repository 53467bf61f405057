// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

// Provider is a resource provider that another package emulates. Resource Manager checks token, version, subscription, rights
// and resource group before it hands a request on.
type Provider struct {
	Namespace   string   // as in Microsoft.Devices
	APIVersions []string // the supported ones
	Operations  []Operation
	Shape       func(*rest.Failure) rest.Answer // gives the provider's own failures its error shape
}

// Operation is an operation of a Provider.
type Operation struct {
	Pattern string // as http.ServeMux has it; {sub} and {rg} are checked by Resource Manager
	ID      string
	Action  string // begins with the namespace
	Handle  func(*rest.Call) (rest.Answer, *rest.Failure)
}

// addProviders adds the operations of resource providers that are emulated elsewhere.
func (s *Service) addProviders() {
	for _, provider := range s.config.Providers {
		for _, operation := range provider.Operations {
			s.rest.On(operation.Pattern, operation.ID, operation.Action, func(c *call) (rest.Answer, *rest.Failure) {
				return operation.Handle(c.Call)
			})
		}
	}
}

// provider returns who serves the route of the call, or nil for those of this package.
func (c *call) provider() *Provider {
	if c.Route == nil {
		return nil
	}
	for i := range c.s.config.Providers {
		if provider := &c.s.config.Providers[i]; strings.HasPrefix(c.Route.Action, provider.Namespace+"/") {
			return provider
		}
	}
	return nil
}

// ResourceNotFound is the gateway's answer for a resource that it does not know: TYPE/NAME in a resource group.
func ResourceNotFound(resource, group string) *rest.Failure { return resourceNotFound(resource, group) }
