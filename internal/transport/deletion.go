// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Delete makes a call that deletes something, and takes what is not there for
// deleted. The services answer without a body. A 404, or a success that says
// something, may come from something on the way, and what exists would be left
// behind: it is believed when read gives a 404 as well.
func Delete(ctx context.Context, client *Client, call Call, read func() error) error {
	var answer json.RawMessage
	err := client.Send(ctx, call, &answer)
	switch {
	case err == nil && len(answer) == 0:
		return nil
	case err == nil:
		err = &UnreadableError{Service: client.service.Name, Operation: call.Operation, Cause: errors.New("a deletion is answered without a body")}
	case !IsNotFound(err):
		return err
	}

	return ConfirmGone(err, read)
}

// ConfirmGone believes a 404, or another answer that is not sure, when read gives a
// 404 as well.
func ConfirmGone(err error, read func() error) error {
	found := read()
	switch {
	case IsNotFound(found):
		return nil
	case found == nil:
		return fmt.Errorf("%w, although it exists", err)
	default:
		return found
	}
}
