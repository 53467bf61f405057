// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// Error is an answer of a service that is not a success. It keeps what the service
// says for people, and nothing else of the answer.
type Error struct {
	// Service and Operation say who refused what: "IoT Central", "read the
	// enrollment group".
	Service, Operation string
	// StatusCode is the HTTP status. Decisions depend on it alone: codes and
	// messages of the services are not documented.
	StatusCode int
	// Code, Message and RequestID are what the service said, each may be empty.
	Code, Message, RequestID string
	// Remedy says what to do about it, in whole sentences, or is empty.
	Remedy string
	// RetryAfter is how long the service asks to wait, or zero.
	RetryAfter time.Duration
}

// Error implements error. It names the service, the status, the service's own
// words and the request ID, which Microsoft's support asks for.
func (e *Error) Error() string {
	var identified []string
	if e.Code != "" {
		identified = append(identified, "code "+e.Code)
	}
	if e.RequestID != "" {
		identified = append(identified, "request ID "+e.RequestID)
	}
	text := fmt.Sprintf("%s could not %s: %d %s", e.Service, e.Operation, e.StatusCode, http.StatusText(e.StatusCode))
	if len(identified) > 0 {
		text += " (" + strings.Join(identified, ", ") + ")"
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" (the service asks to wait %s seconds)", strconv.FormatFloat(e.RetryAfter.Seconds(), 'f', -1, 64))
	}

	return text
}

// ConnectionError is a request without an answer: the connection or the sign-in
// failed, or time ran out.
type ConnectionError struct {
	// Service and Operation say what was asked of whom.
	Service, Operation string

	cause error
	last  error
	// arrived says that an earlier try may have been carried out, whatever kept the
	// last one from being sent.
	arrived bool
}

// Error implements error. When time ran out it says what the service answered
// last, because that is the reason.
func (e *ConnectionError) Error() string {
	var (
		unsigned *auth.TokenError
		unsent   *NotSentError
		reached  *UnreachableError
		answered *Error
	)
	cause := auth.Redact(e.cause.Error())
	switch {
	case errors.As(e.cause, &unsigned):
		return fmt.Sprintf("the sign-in to Microsoft Entra ID failed, so %s could not be asked to %s: %s", e.Service, e.Operation, unsigned)
	case errors.As(e.cause, &reached), errors.As(e.cause, &unsent):
		return fmt.Sprintf("%s could not be asked to %s: %s", e.Service, e.Operation, cause)
	case errors.As(e.last, &answered):
		return fmt.Sprintf("%s could not %s in time (%s). Its last answer was: %s", e.Service, e.Operation, cause, answered)
	case e.last != nil:
		return fmt.Sprintf("%s was asked to %s, but did not answer in time (%s). The last try failed: %s",
			e.Service, e.Operation, cause, auth.Redact(e.last.Error()))
	default:
		return fmt.Sprintf("%s was asked to %s, but did not answer: %s", e.Service, e.Operation, cause)
	}
}

// Unwrap returns the cause.
func (e *ConnectionError) Unwrap() error { return e.cause }

// UnreadableError is an answer that says success, and nothing else that can be
// understood: a proxy may have made it.
type UnreadableError struct {
	// Service and Operation say what was asked of whom.
	Service, Operation string
	// Cause says what is wrong with the answer.
	Cause error
}

// Error implements error.
func (e *UnreadableError) Error() string {
	return fmt.Sprintf("%s was asked to %s, and its answer cannot be understood: %s", e.Service, e.Operation, auth.Redact(e.Cause.Error()))
}

// Unwrap returns the cause.
func (e *UnreadableError) Unwrap() error { return e.Cause }

// NotSentError says that time ran out before the request was sent.
type NotSentError struct {
	cause error
}

// Error implements error.
func (e *NotSentError) Error() string { return e.cause.Error() }

// Unwrap returns the cause, context.DeadlineExceeded or context.Canceled.
func (e *NotSentError) Unwrap() error { return e.cause }

// NonRetriable keeps azcore from trying again.
func (*NotSentError) NonRetriable() {}

// IsNotFound reports whether a service answered 404.
func IsNotFound(err error) bool { return StatusCode(err) == http.StatusNotFound }

// StatusCode returns the HTTP status of a service's refusal, or 0 when the error
// is something else.
func StatusCode(err error) int {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.StatusCode
	}

	return 0
}

// EffectUnknown reports whether a write that failed with this error may have been
// carried out all the same: there was no answer, or none that can be understood,
// or the service failed on the way. After every other status nothing has changed.
func EffectUnknown(err error) bool {
	var (
		unreadable *UnreadableError
		answered   *Error
		unsigned   *auth.TokenError
		unsent     *NotSentError
		unreached  *UnreachableError
		lost       *ConnectionError
	)
	switch {
	case errors.As(err, &unreadable), errors.As(err, &lost) && lost.arrived:
		return true
	case errors.As(err, &answered):
		return answered.StatusCode >= http.StatusInternalServerError || answered.StatusCode == http.StatusRequestTimeout
	case errors.As(err, &unsigned), errors.As(err, &unsent), errors.As(err, &unreached):
		return false // Without a token, time or connection, the request was not sent.
	default:
		return errors.As(err, &lost)
	}
}

const maxMessage = 1000

// newError reads an answer leniently: the services use five shapes of error body,
// and gateways in front of them send text or nothing.
func newError(service Service, call Call, response *http.Response) *Error {
	body, _ := runtime.Payload(response)
	failed := &Error{
		Service:    service.Name,
		Remedy:     service.remedy(response.StatusCode),
		Operation:  call.Operation,
		StatusCode: response.StatusCode,
		RequestID:  requestID(response.Header),
		Code:       response.Header.Get("x-ms-error-code"),
		RetryAfter: retryAfter(response.Header),
	}
	failed.read(body)
	if host := redirectsTo(response); host != "" {
		failed.Message = "it redirects to " + host + ", as a proxy does where one has to sign in; no token is sent there"
	}
	failed.Code, failed.Message = auth.Redact(failed.Code), auth.Redact(failed.Message)
	failed.Code, failed.RequestID = hide(failed.Code, call.Secret), hide(failed.RequestID, call.Secret)
	failed.Message = hide(strings.TrimSpace(failed.Message), call.Secret)
	if runes := []rune(failed.Message); len(runes) > maxMessage {
		failed.Message = string(runes[:maxMessage]) + "…"
	}

	return failed
}

// redirectsTo returns the host that an answer redirects to, or an empty text.
func redirectsTo(response *http.Response) string {
	if response.StatusCode < 300 || response.StatusCode > 399 {
		return ""
	}
	location, err := response.Location()
	if err != nil {
		return ""
	}

	return location.Host
}

// read takes code and message from {"error":{"code","message"}} (Azure Resource
// Manager, IoT Central), from [{"ErrorCode","Title","Detail"}] (Azure Sphere
// public API), from {"Code","Message"} and {"errorCode","message","trackingId"}
// (Device Provisioning Service, where codes are numbers), or else the text as it is.
func (e *Error) read(body []byte) {
	body = bytes.TrimSpace(body)
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) == nil {
		e.readObject(members)
		return
	}
	var several []struct{ ErrorCode, Title, Detail string }
	if err := json.Unmarshal(body, &several); err == nil {
		for _, one := range several {
			e.set(one.ErrorCode, strings.TrimSpace(e.Message+" "+strings.TrimSpace(one.Title+" "+one.Detail)), "")
		}
		return
	}
	if quoted := ""; json.Unmarshal(body, &quoted) == nil {
		e.Message = quoted
		return
	}
	if !bytes.HasPrefix(body, []byte("<")) && !bytes.HasPrefix(body, []byte("{")) {
		e.Message = string(body)
	}
}

// readObject reads each member on its own, so that an odd one does not hide the
// others.
func (e *Error) readObject(members map[string]json.RawMessage) {
	var inner map[string]json.RawMessage
	if json.Unmarshal(member(members, "error"), &inner) == nil && inner != nil {
		e.set(text(member(inner, "code")), text(member(inner, "message")), text(member(inner, "requestId")))
		var details []map[string]json.RawMessage
		_ = json.Unmarshal(member(inner, "details"), &details) // Without details it does as well.
		for _, detail := range details {
			if more := text(member(detail, "message")); more != "" && !strings.Contains(e.Message, more) {
				e.Message = strings.TrimSpace(e.Message + " " + more)
			}
		}
		return
	}
	e.set(cmp.Or(text(member(members, "code")), text(member(members, "errorCode"))), text(member(members, "message")), text(member(members, "trackingId")))
	if e.Message == "" {
		e.Message = strings.TrimSpace(text(member(members, "error")) + " " + text(member(members, "error_description")))
	}
}

// member returns a member of an object, whatever the case of its name.
func member(members map[string]json.RawMessage, name string) json.RawMessage {
	for key, value := range members {
		if strings.EqualFold(key, name) {
			return value
		}
	}

	return nil
}

func (e *Error) set(code, message, requestID string) {
	if code != "" {
		e.Code = code
	}
	if message != "" {
		e.Message = message
	}
	if e.RequestID == "" {
		e.RequestID = requestID
	}
}

// text returns a JSON string as it is, and any other value as it is written.
func text(value json.RawMessage) string {
	var quoted string
	if len(value) == 0 || string(value) == "null" {
		return ""
	}
	if json.Unmarshal(value, &quoted) == nil {
		return quoted
	}

	return string(value)
}

func requestID(header http.Header) string {
	for _, name := range []string{"x-ms-request-id", "x-ms-correlation-request-id", "request-id"} {
		if id := header.Get(name); id != "" {
			return id
		}
	}

	return ""
}

const redacted = "[redacted]"

type redactedError struct {
	text  string
	cause error
}

// Error implements error.
func (e *redactedError) Error() string { return e.text }

// Unwrap returns the cause.
func (e *redactedError) Unwrap() error { return e.cause }

// redact hides a secret part of the URL, which net/http repeats in its errors.
func redact(err error, secret string) error {
	if text := hide(err.Error(), secret); text != err.Error() {
		return &redactedError{text: text, cause: err}
	}

	return err
}

// hide replaces a secret in a text, as it is and as it stands in a URL.
func hide(text, secret string) string {
	if secret == "" {
		return text
	}

	return strings.NewReplacer(secret, redacted, url.PathEscape(secret), redacted).Replace(text)
}
