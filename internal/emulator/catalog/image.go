// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Image is an image of a catalog. All but its data boundary comes from the image package.
type Image struct {
	Stamp

	ID           string // GUID, lower case
	Name         string
	ComponentID  string // GUID, lower case
	Type         string
	DataBoundary string
}

// Deployment is what was deployed to a device group at one time.
type Deployment struct {
	ID     string // GUID
	Made   time.Time
	Images []*Image // in the order in which they were asked for
}

// ImageID returns the resource ID of an image.
func (cat *Catalog) ImageID(i *Image) string { return cat.ID + "/images/" + i.ID }

// FindImage returns the image with that ID, or nil.
func (cat *Catalog) FindImage(id string) *Image {
	for _, i := range cat.Images {
		if strings.EqualFold(i.ID, id) {
			return i
		}
	}
	return nil
}

// PutImage adds an image, or replaces the one with its ID.
func (cat *Catalog) PutImage(i *Image) {
	cat.DeleteImage(i)
	cat.Images = append(cat.Images, i)
}

// DeleteImage removes the image with the ID of this one. Deployments keep it.
func (cat *Catalog) DeleteImage(i *Image) {
	cat.Images = slices.DeleteFunc(cat.Images, func(other *Image) bool { return other.ID == i.ID })
}

// NewDeployment makes a deployment of images, which is in no group yet.
func NewDeployment(images []*Image, now time.Time) *Deployment {
	return &Deployment{ID: uuid.NewString(), Made: now, Images: images}
}

// DeploymentID returns the resource ID of a deployment.
func (cat *Catalog) DeploymentID(p *Product, g *DeviceGroup, id string) string {
	return cat.GroupID(p, g) + "/deployments/" + id
}

// FindDeployment returns the deployment with that ID, the newest for the system name .default, or nil.
func (g *DeviceGroup) FindDeployment(id string) *Deployment {
	for _, d := range slices.Backward(g.Deployments) {
		if id == SystemNames[0] || strings.EqualFold(d.ID, id) {
			return d
		}
	}
	return nil
}

// DeleteDeployment removes a deployment.
func (g *DeviceGroup) DeleteDeployment(d *Deployment) {
	g.Deployments = slices.DeleteFunc(g.Deployments, func(other *Deployment) bool { return other == d })
}
