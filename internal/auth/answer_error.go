// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package auth

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// AnswerError is an answer to a token request that holds no token. It keeps the
// parts that Microsoft Entra ID means for people, and nothing else of the answer.
type AnswerError struct {
	// StatusCode is the HTTP status. Below 400 the answer cannot be understood.
	StatusCode int
	// Code is the OAuth code: "invalid_client". Description says more. Both may be
	// empty.
	Code, Description string
	// Codes are those of Microsoft Entra ID: 7000215 for AADSTS7000215.
	Codes []int
}

// Error implements error.
func (e *AnswerError) Error() string {
	text := fmt.Sprintf("the answer was %d %s", e.StatusCode, http.StatusText(e.StatusCode))
	switch {
	case e.StatusCode < http.StatusBadRequest:
		return text + ", and cannot be understood; a proxy may have made it"
	case e.Code == "" && e.Description == "":
		return text + ", without a reason"
	case e.Code != "":
		text += " (" + Redact(e.Code) + ")"
	}
	if e.Description != "" {
		text += ": " + Redact(e.Description)
	}

	return text
}

func newAnswerError(response *http.Response) *AnswerError {
	answered := &AnswerError{StatusCode: response.StatusCode}
	var members struct {
		Code        any    `json:"error"` // App Service sends an object.
		Description string `json:"error_description"`
		Codes       []int  `json:"error_codes"`
	}
	body, _ := runtime.Payload(response)
	if json.Unmarshal(body, &members) != nil {
		return answered
	}
	answered.Description, answered.Codes = members.Description, members.Codes
	answered.Code, _ = members.Code.(string)
	if len(answered.Codes) == 0 {
		answered.Codes = codesInText(answered.Description)
	}

	return answered
}
