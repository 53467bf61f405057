// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package emulator

import "net/http"

type product struct{}
type device struct{ id, product, group string }
type workloadIssuer struct{}
type clientCertificate struct{}

func (p *product) state() ProductState { return ProductState{} }

func (e *Emulator) addProducts(s *service)        {}
func (e *Emulator) addDeviceGroups(s *service)    {}
func (e *Emulator) addDevices(s *service)         {}
func (e *Emulator) setIdentity(base string) error { return nil }
func (e *Emulator) sphereService() *service       { s := newService("sphere"); s.shape = armError; return s }
func (e *Emulator) metadataService() *service {
	s := newService("metadata")
	s.shape = entraError
	return s
}
func (e *Emulator) githubService() *service {
	s := newService("github")
	s.shape = entraError
	return s
}
func (e *Emulator) azureDevOpsService() *service {
	s := newService("azuredevops")
	s.shape = entraError
	return s
}
func countDevices(c *call) (answer, *failure)            { return emptyList(c) }
func listCatalogDevices(c *call) (answer, *failure)      { return emptyList(c) }
func listCatalogDeviceGroups(c *call) (answer, *failure) { return emptyList(c) }
func (c *call) checkAssertion(p *principal, a string) *failure {
	return fail(http.StatusUnauthorized, "invalid_client", "AADSTS700027: not yet")
}
