// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	deploymentsPath = groupPath + "/deployments"
	deploymentPath  = deploymentsPath + "/{deployment}"
	deploymentType  = "Microsoft.AzureSphere/catalogs/products/deviceGroups/deployments"
)

func (s *Service) addDeployments() {
	const action = "Microsoft.AzureSphere/catalogs/products/deviceGroups/deployments/"
	s.rest.On("GET "+deploymentsPath, "Deployments_ListByDeviceGroup", action+"read", listDeployments)
	s.rest.On("GET "+deploymentPath, "Deployments_Get", action+"read", getDeployment)
	s.rest.On("PUT "+deploymentPath, "Deployments_CreateOrUpdate", action+"write", putDeployment)
	s.rest.On("DELETE "+deploymentPath, "Deployments_Delete", action+"delete", deleteDeployment)
}

type deploymentProperties struct {
	DeployedImages    []posted `json:"deployedImages"`
	DeploymentDateUTC string   `json:"deploymentDateUtc"`
	DeploymentID      string   `json:"deploymentId"`
	ProvisioningState string   `json:"provisioningState"`
}

// deploymentAnswer is a deployment as GET shows it, with a systemData of two members.
func (c *call) deploymentAnswer(cat *catalog.Catalog, p *catalog.Product, g *catalog.DeviceGroup, d *catalog.Deployment) armChild {
	images := []posted{}
	for _, i := range d.Images {
		images = append(images, c.imageAnswer(cat, i).asPosted())
	}
	made := armTime(d.Made)
	return armChild{
		ID: cat.DeploymentID(p, g, d.ID), Name: d.ID, Type: deploymentType,
		SystemData: struct {
			CreatedAt      string `json:"createdAt"`
			LastModifiedAt string `json:"lastModifiedAt"`
		}{made, made},
		Properties: deploymentProperties{images, made, d.ID, "Succeeded"},
	}
}

// listDeployments lists the oldest first. Earlier deployments stay in the list.
func listDeployments(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, d := range g.Deployments {
		items = append(items, c.deploymentAnswer(cat, p, g, d))
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, list), nil
}

// listCatalogDeployments lists the deployments of every group.
func listCatalogDeployments(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, p := range cat.Products {
		for _, g := range p.Groups {
			for _, d := range g.Deployments {
				items = append(items, c.deploymentAnswer(cat, p, g, d).asPosted())
			}
		}
	}
	return c.postPage(items)
}

func getDeployment(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	if d := g.FindDeployment(c.Path("deployment")); d != nil {
		return rest.JSON(http.StatusOK, c.deploymentAnswer(cat, p, g, d)), nil
	}
	return rest.Answer{}, notFound()
}

// putDeployment deploys images. The name .default asks for a new deployment, whose own name is a GUID; the service's answer
// to another name is not known, and the emulator refuses it.
func putDeployment(c *call) (rest.Answer, *rest.Failure) {
	cat, p, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	if c.Path("deployment") != catalog.SystemNames[0] {
		return rest.Answer{}, armInvalid(errors.New("a deployment is made under the name .default"))
	}
	images, f := c.deployedImages(cat)
	if f != nil {
		return rest.Answer{}, f
	}
	made := catalog.NewDeployment(images, c.Now)
	deploy := func() { g.Deployments = append(g.Deployments, made) }
	if c.s.config.Behavior.Puts.asynchronous("deployment") {
		name := catalog.SystemNames[0]
		short := armChild{ID: cat.DeploymentID(p, g, name), Name: name, Type: deploymentType}
		return c.created(short, targetDeploy, cat.DeploymentID(p, g, made.ID), deploy), nil
	}
	deploy()
	shown := c.deploymentAnswer(cat, p, g, made)
	shown.Type = strings.ToLower(shown.Type)
	return rest.JSON(http.StatusOK, shown), nil
}

// deployedImages are the images that the body names, by their image IDs or by their resource IDs.
func (c *call) deployedImages(cat *catalog.Catalog) ([]*catalog.Image, *rest.Failure) {
	body, f := c.armBody()
	if f != nil {
		return nil, f
	}
	properties := body.Inner("properties")
	list := rest.Member[[]json.RawMessage](properties, "deployedImages", "an array of images")
	if err := rest.FirstProblem(body, properties); err != nil {
		return nil, armInvalid(err)
	}
	images := []*catalog.Image{}
	for _, encoded := range list {
		item, err := rest.ParseObject(encoded)
		if err != nil {
			return nil, armInvalid(errors.New("deployedImages must be an array of images"))
		}
		inner := item.Inner("properties")
		id := inner.Text("imageId")
		if resourceID := item.Text("id"); id == "" {
			id = resourceID[strings.LastIndex(resourceID, "/")+1:]
		}
		if err := rest.FirstProblem(item, inner); err != nil {
			return nil, armInvalid(err)
		}
		found := cat.FindImage(id)
		if found == nil {
			return nil, armInvalid(fmt.Errorf("the catalog has no image %q", id))
		}
		images = append(images, found)
	}
	return images, nil
}

func deleteDeployment(c *call) (rest.Answer, *rest.Failure) {
	_, _, g, f := c.deviceGroup()
	if f != nil {
		return rest.Answer{}, f
	}
	d := g.FindDeployment(c.Path("deployment"))
	if d == nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	g.DeleteDeployment(d)
	return rest.JSON(http.StatusOK, nil), nil
}
