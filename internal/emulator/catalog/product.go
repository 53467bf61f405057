// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"slices"
	"strings"
)

// SystemNames are names of products and of device groups that stand for none.
var SystemNames = []string{".default", ".unassigned"}

// Product is a product of a catalog.
type Product struct {
	Stamp

	Name, Description string
	Described         bool // a description was given
	Provisioning      string
	Groups            []*DeviceGroup
}

// DeviceGroup is a device group of a product.
type DeviceGroup struct {
	Stamp

	Name, Description string
	Described         bool // a description was given
	OSFeedType        string
	UpdatePolicy      string
	CrashDumps        string
	DataBoundary      string
	Provisioning      string
	Deployments       []*Deployment // oldest first
}

// ProductID returns the resource ID of a product.
func (cat *Catalog) ProductID(p *Product) string { return cat.ID + "/products/" + p.Name }

// GroupID returns the resource ID of a device group.
func (cat *Catalog) GroupID(p *Product, g *DeviceGroup) string {
	return cat.ProductID(p) + "/deviceGroups/" + g.Name
}

// FindProduct returns the product of that name, or nil.
func (cat *Catalog) FindProduct(name string) *Product {
	for _, p := range cat.Products {
		if strings.EqualFold(p.Name, name) {
			return p
		}
	}
	return nil
}

// FindGroup returns the device group of that name, or nil.
func (p *Product) FindGroup(name string) *DeviceGroup {
	for _, g := range p.Groups {
		if strings.EqualFold(g.Name, name) {
			return g
		}
	}
	return nil
}

// CountDevices counts the devices of a product, or of its device group where one is given.
func (cat *Catalog) CountDevices(p *Product, g *DeviceGroup) int {
	count := 0
	for _, d := range cat.Devices {
		if d.Product == p.Name && (g == nil || d.Group == g.Name) {
			count++
		}
	}
	return count
}

// DeleteProduct removes a product.
func (cat *Catalog) DeleteProduct(p *Product) {
	cat.Products = slices.DeleteFunc(cat.Products, func(other *Product) bool { return other == p })
}

// DeleteGroup removes a device group.
func (p *Product) DeleteGroup(g *DeviceGroup) {
	p.Groups = slices.DeleteFunc(p.Groups, func(other *DeviceGroup) bool { return other == g })
}
