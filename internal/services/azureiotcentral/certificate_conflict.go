// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package azureiotcentral

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/certs"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/clients"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/iotcentral"
	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// The search for the group that holds a certificate is a courtesy of an error
// message: it must cost neither much time nor many requests.
const (
	searchedGroups = 50
	searchTime     = 10 * time.Second
)

// explainUpload explains why a certificate could not be uploaded. IoT Central takes
// a certificate in one group of an application only and answers 409 without saying
// which one has it, so the answer names it.
func explainUpload(ctx context.Context, configured *clients.Clients, id iotcentral.CertificateID, thumbprint certs.Thumbprint, err error) string {
	explained := clients.Explain(err)
	switch status := transport.StatusCode(err); {
	case status == http.StatusConflict:
		return explained + "\n\n" + nameHolder(ctx, configured, id.Host, thumbprint)
	case status == http.StatusBadRequest || status == http.StatusUnprocessableEntity:
		group, lookup := configured.IoTCentral().Group(ctx, id.GroupID)
		if lookup == nil && group.Attestation.Type == iotcentral.AttestationSymmetricKey {
			return explained + "\n\n" + notX509(id.GroupID)
		}
	}

	return explained
}

// nameHolder names the group that holds a certificate, with the block that imports
// its entry.
func nameHolder(ctx context.Context, configured *clients.Clients, host string, thumbprint certs.Thumbprint) string {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	holder, err := findHolder(ctx, configured, host, thumbprint)
	if err != nil {
		return fmt.Sprintf("The application %s may already use this certificate in another enrollment group: "+
			"a certificate can be in one group of an application only. Which one it is was not found: %s.", host, err)
	}

	return fmt.Sprintf("%s already holds this certificate, and a certificate can be in one group of an application only. Remove it there, or import it:\n\n%s",
		holder, importBlock(groupCertificateType, holder.String()))
}

var errNoHolder = errors.New("no group that was read holds it")

// findHolder looks for the entry that holds a certificate.
func findHolder(ctx context.Context, configured *clients.Clients, host string, thumbprint certs.Thumbprint) (iotcentral.CertificateID, error) {
	groups, err := configured.IoTCentral().Groups(ctx, host)
	if err != nil {
		return iotcentral.CertificateID{}, fmt.Errorf("the groups could not be listed: %w", err)
	}
	looked := 0
	for _, group := range groups {
		if group.Attestation.Type != iotcentral.AttestationX509 {
			continue
		}
		if looked == searchedGroups {
			return iotcentral.CertificateID{}, fmt.Errorf("the application has %d groups, and none of the first %d holds it", len(groups), searchedGroups)
		}
		looked++
		for _, entry := range iotcentral.Entries() {
			id := iotcentral.GroupID{Host: host, Group: group.ID}.Certificate(entry)
			found, err := configured.IoTCentral().Certificate(ctx, id)
			if ctx.Err() != nil {
				return iotcentral.CertificateID{}, fmt.Errorf("the search took longer than %s", searchTime)
			}
			if err == nil && found.Thumbprint == thumbprint {
				return id, nil
			}
		}
	}

	return iotcentral.CertificateID{}, errNoHolder
}
