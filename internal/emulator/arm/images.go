// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/catalog"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/emulator/rest"
)

const (
	imagesPath = catalogPath + "/images"
	imageType  = "Microsoft.AzureSphere/catalogs/images"
)

func (s *Service) addImages() {
	const action = "Microsoft.AzureSphere/catalogs/images/"
	s.rest.On("GET "+imagesPath, "Images_ListByCatalog", action+"read", listImages)
	s.rest.On("GET "+imagesPath+"/{image}", "Images_Get", action+"read", getImage)
	s.rest.On("PUT "+imagesPath+"/{image}", "Images_CreateOrUpdate", action+"write", putImage)
	s.rest.On("DELETE "+imagesPath+"/{image}", "Images_Delete", action+"delete", deleteImage)
	s.rest.On("POST "+catalogPath+"/uploadImage", "Catalogs_UploadImage", "Microsoft.AzureSphere/catalogs/uploadImage/action", uploadImage)
}

// imageProperties are an image as answers show it: the member image has its name there, and its base64 in requests.
type imageProperties struct {
	URI                  string  `json:"uri"`
	Image                string  `json:"image"`
	ImageID              string  `json:"imageId"`
	RegionalDataBoundary string  `json:"regionalDataBoundary"`
	Description          *string `json:"description"`
	ComponentID          string  `json:"componentId"`
	ImageType            string  `json:"imageType"`
	ProvisioningState    string  `json:"provisioningState"`
}

func (c *call) imageAnswer(cat *catalog.Catalog, i *catalog.Image) armChild {
	return armChild{
		ID: cat.ImageID(i), Name: i.ID, Type: imageType,
		Properties: imageProperties{
			URI: c.imageURI(cat, i), Image: i.Name, ImageID: i.ID, RegionalDataBoundary: i.DataBoundary, ComponentID: i.ComponentID,
			ImageType: i.Type, ProvisioningState: "Succeeded",
		},
	}
}

// imageURI signs a link to an image, a new one in each answer. Nothing is there: the emulator keeps no images.
func (c *call) imageURI(cat *catalog.Catalog, i *catalog.Image) string {
	at := func(d time.Duration) string { return url.QueryEscape(c.Now.Add(d).UTC().Format(time.RFC3339)) }
	return fmt.Sprintf("https://prodptimg.blob.core.windows.net/%s/images/%s?skoid=%s&sktid=%s&skt=%s&ske=%s&sks=b&skv=2021-12-02"+
		"&sv=2021-12-02&spr=https,http&se=%s&sr=b&sp=r&sig=%s", cat.TenantID, i.ID, c.correlation, c.s.config.Tenant.ID,
		at(-5*time.Minute), at(time.Hour), at(8*time.Hour), url.QueryEscape(base64.StdEncoding.EncodeToString(randomBytes(32))))
}

// listImages lists the newest first.
func listImages(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	items := []any{}
	for _, i := range slices.Backward(cat.Images) {
		items = append(items, c.imageAnswer(cat, i))
	}
	list, f := c.page(items)
	if f != nil {
		return rest.Answer{}, f
	}
	return rest.JSON(http.StatusOK, list), nil
}

func getImage(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	if i := cat.FindImage(c.Path("image")); i != nil {
		return rest.JSON(http.StatusOK, c.imageAnswer(cat, i)), nil
	}
	return rest.Answer{}, notFound()
}

// readImage reads the image that a request sends.
func (c *call) readImage() (*catalog.Image, *rest.Failure) {
	body, f := c.armBody()
	if f != nil {
		return nil, f
	}
	body.Require("properties")
	properties := body.Inner("properties")
	properties.Require("image")
	encoded, sentID := properties.Text("image"), properties.Text("imageId")
	boundary := properties.OneOf("regionalDataBoundary", "None", "EU")
	if err := rest.FirstProblem(body, properties); err != nil {
		return nil, armInvalid(err)
	}
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, armInvalid(errors.New("the image is not base64"))
	}
	metadata, err := readPackage(content)
	if err != nil {
		return nil, armInvalid(err)
	}
	for _, id := range []string{sentID, c.Path("image")} {
		if id != "" && !strings.EqualFold(id, metadata.ImageID) {
			return nil, armInvalid(fmt.Errorf("the image ID inside the package is %s", metadata.ImageID))
		}
	}
	return &catalog.Image{
		Stamp: catalog.Made(c.principal.ClientID, c.Now), ID: metadata.ImageID, Name: metadata.Name, ComponentID: metadata.ComponentID,
		Type: metadata.Type, DataBoundary: boundary,
	}, nil
}

// putImage takes an image under the ID that its package has.
func putImage(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	sent, f := c.readImage()
	if f != nil {
		return rest.Answer{}, f
	}
	put := func() { cat.PutImage(sent) }
	if c.s.config.Behavior.Puts.asynchronous("image") {
		short := armChild{ID: cat.ID + "/images/" + c.Path("image"), Name: c.Path("image"), Type: imageType}
		return c.created(short, targetUpload, cat.ImageID(sent), put), nil
	}
	put()
	return rest.JSON(http.StatusOK, c.imageAnswer(cat, sent).asPut(sent.Stamp)), nil
}

// uploadImage takes an image whose ID the caller does not know.
func uploadImage(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	sent, f := c.readImage()
	if f != nil {
		return rest.Answer{}, f
	}
	return c.accepted(targetUpload, cat.ImageID(sent), cat.ImageID(sent), func() { cat.PutImage(sent) }), nil
}

func deleteImage(c *call) (rest.Answer, *rest.Failure) {
	cat, f := c.catalog()
	if f != nil {
		return rest.Answer{}, f
	}
	i := cat.FindImage(c.Path("image"))
	if i == nil {
		return rest.Empty(http.StatusNoContent), nil
	}
	cat.DeleteImage(i)
	return rest.JSON(http.StatusOK, nil), nil
}
