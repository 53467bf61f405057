// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	label    = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$`)
	hostname = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]{1,5})?$`)
)

// ErrApplication is the error for a text that names no application.
var ErrApplication = errors.New("an application is given by its subdomain (contoso), its host name " +
	"(contoso.azureiotcentral.com), its address (https://contoso.azureiotcentral.com) or its application ID (a UUID)")

// ErrNoSuffix is the error for a subdomain without a DNS suffix to complete it.
var ErrNoSuffix = errors.New("the host cannot be built from the subdomain alone, since the DNS suffix of IoT Central is not known " +
	"in this environment; set endpoints.iot_central_dns_suffix (IOTCENTRAL_DNS_SUFFIX)")

// ErrDNSSuffix is the error for a text that completes no subdomain.
var ErrDNSSuffix = errors.New("the DNS suffix of IoT Central is what follows the subdomain in the host name of an application, " +
	"without a leading dot: azureiotcentral.com")

// CheckDNSSuffix reports whether a text can complete a subdomain. A port may follow.
func CheckDNSSuffix(suffix string) error {
	if !hostname.MatchString(suffix) {
		return fmt.Errorf("%q is not a DNS suffix: %w", suffix, ErrDNSSuffix)
	}

	return nil
}

// Host returns the host of an application, which is given by its subdomain, host
// name, https address or application ID. dnsSuffix completes a bare label; the
// public cloud's is azureiotcentral.com.
func Host(application, dnsSuffix string) (string, error) {
	host, err := hostOrLabel(application)
	if err != nil {
		return "", err
	}
	if label.MatchString(host) {
		if dnsSuffix == "" {
			return "", ErrNoSuffix
		}
		host += "." + dnsSuffix
	}

	return strings.ToLower(host), nil
}

// CheckApplication reports whether a text can name an application.
func CheckApplication(application string) error {
	_, err := hostOrLabel(application)

	return err
}

func hostOrLabel(application string) (string, error) {
	host := strings.TrimSpace(application)
	if strings.Contains(host, "://") {
		address, err := url.Parse(host)
		if err != nil || address.Scheme != "https" || strings.Trim(address.Path, "/") != "" ||
			address.RawQuery != "" || address.Fragment != "" || address.User != nil {
			return "", wrongApplication(application)
		}
		host = address.Host
	}
	if !hostname.MatchString(host) {
		return "", wrongApplication(application)
	}

	return host, nil
}

// wrongApplication says what a text looks like that names no application. A token is
// not repeated.
func wrongApplication(text string) error {
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "sharedaccesssignature"), strings.Contains(text, "@"):
		return fmt.Errorf("the text is not the name of an application: %w. For an API token, set iot_central.api_token (IOTCENTRAL_API_TOKEN) in the provider block", ErrApplication)
	case strings.HasPrefix(lower, "/subscriptions/"):
		return fmt.Errorf("%q is an Azure resource ID: %w. The data source iotcentral_application finds the subdomain for a resource_id", text, ErrApplication)
	case strings.HasPrefix(lower, "https://"):
		return fmt.Errorf("%q is not the address of an application: %w. Leave out what follows the host", text, ErrApplication)
	case strings.Contains(text, "/"):
		return fmt.Errorf("%q is not an application: %w. Leave out the slash and what follows it", text, ErrApplication)
	case strings.Contains(text, " "):
		return fmt.Errorf("%q is not an application: %w. This looks like its display name; the subdomain is the first part of the address in the browser", text, ErrApplication)
	default:
		return fmt.Errorf("%q is not an application: %w", text, ErrApplication)
	}
}

// ShortName returns the shortest text that Host turns into the given host.
func ShortName(host, dnsSuffix string) string {
	if name, found := strings.CutSuffix(strings.ToLower(host), "."+strings.ToLower(dnsSuffix)); found && label.MatchString(name) {
		return name
	}

	return host
}
