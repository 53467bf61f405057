// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotcentral

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/transport"
)

// remove deletes something, and takes what is not there for deleted. The service
// answers 204 without a body. A 404, or a success that says something, may come from
// something on the way, and what exists would be left behind: it is believed when
// read gives a 404 as well.
func (c *Client) remove(ctx context.Context, call transport.Call, read func() error) error {
	var answer json.RawMessage
	err := c.transport.Send(ctx, call, &answer)
	switch {
	case err == nil && len(answer) == 0:
		return nil
	case err == nil:
		err = unreadable(call.Operation, errors.New("a deletion is answered without a body"))
	case !transport.IsNotFound(err):
		return err
	}
	found := read()
	switch {
	case transport.IsNotFound(found):
		return nil
	case found == nil:
		return fmt.Errorf("%w, although it exists", err)
	default:
		return found
	}
}
