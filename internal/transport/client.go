// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/auth"
)

// module names this module in the pipelines of azcore.
const module = "azuresphere"

// Content types of request bodies.
const (
	ContentTypeJSON       = "application/json"
	ContentTypeMergePatch = "application/merge-patch+json"
)

// Settings are what all pipelines of one provider instance have in common.
type Settings struct {
	// HTTP sends the requests; see NewHTTPClient.
	HTTP policy.Transporter
	// UserAgent is the complete User-Agent header; see UserAgent.
	UserAgent string
	// Retry is the policy for calls that may be repeated. Its zero value means
	// DefaultRetry.
	Retry policy.RetryOptions
}

// Client sends calls to one service, with one authentication.
type Client struct {
	service  Service
	pipeline runtime.Pipeline
	retry    policy.RetryOptions
}

// New returns a client of the service. authenticate adds the Authorization header.
// limits, which may be nil, holds requests back before the service refuses them.
// Further policies see each try.
func New(service Service, settings Settings, authenticate policy.Policy, limits *RateLimits, further ...policy.Policy) *Client {
	retry := settings.Retry
	if retry.MaxRetries == 0 && retry.RetryDelay == 0 {
		retry = DefaultRetry()
	}
	retry.ShouldRetry = mayPass
	perRetry := []policy.Policy{authenticate}
	if limits != nil {
		perRetry = append(perRetry, limits)
	}
	perRetry = append(perRetry, further...)

	return &Client{
		service: service,
		retry:   retry,
		pipeline: runtime.NewPipeline(module, "", runtime.PipelineOptions{
			PerCall:  []policy.Policy{runtime.NewRequestIDPolicy()},
			PerRetry: append(perRetry, observer{service: service}),
		}, clientOptions(settings, retry)),
	}
}

// ClientOptions returns the options for the credentials of azidentity, so that
// token requests carry the same user agent, trust the same roots and are logged
// like all others.
func ClientOptions(settings Settings) policy.ClientOptions {
	options := clientOptions(settings, settings.Retry)
	if settings.HTTP != nil {
		options.Transport = tokensOnly{settings.HTTP}
	}
	options.PerRetryPolicies = []policy.Policy{observer{service: Service{Name: "Microsoft Entra ID"}}}

	return *options
}

func clientOptions(settings Settings, retry policy.RetryOptions) *policy.ClientOptions {
	return &policy.ClientOptions{
		Transport:       settings.HTTP,
		Retry:           retry,
		Telemetry:       policy.TelemetryOptions{Disabled: true},
		PerCallPolicies: []policy.Policy{userAgent(settings.UserAgent)},
	}
}

// Call is one request to a service.
type Call struct {
	// Operation completes "could not …" in an error: "read the enrollment group".
	Operation string
	// Method and URL are sent as they are.
	Method, URL string
	// Body is sent as JSON unless it is nil.
	Body any
	// ContentType of the body; ContentTypeJSON when empty.
	ContentType string
	// Header holds further headers, such as If-Match.
	Header http.Header
	// Received, unless nil, sees the headers of a successful answer.
	Received func(http.Header)
	// Once marks a call that must not be repeated when its effect is unknown. It
	// is still repeated after 429, since the service did nothing then.
	Once bool
	// Secret is a part of the URL or of an answer that must neither be logged nor
	// stand in an error, or empty.
	Secret string
}

// Send makes the call and decodes a JSON answer into out, unless out is nil or the
// answer is empty. Every status outside 2xx is an *Error, and what cannot be read an
// *UnreadableError. A deadline that ends the retries is reported together with why
// the last try failed. A call without a deadline gets one.
func (c *Client) Send(ctx context.Context, call Call, out any) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	ctx, last := withObservation(ctx, call)
	response, err := c.send(ctx, call)
	if err != nil {
		return c.failure(call, last, err)
	}
	defer func() { _ = response.Body.Close() }()

	if response.StatusCode < 200 || response.StatusCode > 299 {
		return newError(c.service, call, response)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return c.failure(call, last, err)
	}
	if call.Received != nil {
		call.Received(response.Header)
	}
	if err := decode(body, out); err != nil {
		return &UnreadableError{Service: c.service.Name, Operation: call.Operation, Cause: err}
	}

	return nil
}

// callTimeout limits a call, with its repetitions and its wait for the rate limit,
// that belongs to no operation with a timeout of its own.
const callTimeout = 10 * time.Minute

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited {
		return ctx, func() {}
	}

	return WithTimeout(ctx, callTimeout)
}

// Text is an answer that is a string: quoted as JSON, or bare.
type Text string

// Both are about a success that the service never gave. Without them, a deletion
// that a proxy answered would be taken for done.
var (
	errPage    = errors.New("it is a web page, such as one to sign in at a proxy")
	errNotJSON = errors.New("it is not JSON, and may come from a proxy")
)

func decode(body []byte, out any) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case bytes.HasPrefix(body, []byte("<")):
		return errPage
	case len(body) == 0:
		return nil
	case out == nil && !json.Valid(body):
		return errNotJSON
	case out == nil:
		return nil
	}
	if text, ok := out.(*Text); ok && body[0] != '"' && !bytes.Equal(body, []byte("null")) {
		*text = Text(body)
		return nil
	}

	return readable(json.Unmarshal(body, out))
}

// readable puts an error of encoding/json into words without the types of Go.
func readable(err error) error {
	var (
		kind   *json.UnmarshalTypeError
		syntax *json.SyntaxError
	)
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Errorf("its member %s is a JSON %s, and should be another type", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Errorf("it is a JSON %s, and should be another type", kind.Value)
	case errors.As(err, &syntax):
		return errNotJSON
	default:
		return err
	}
}

func (c *Client) send(ctx context.Context, call Call) (*http.Response, error) {
	request, err := runtime.NewRequest(ctx, call.Method, call.URL)
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		request.Raw().Header[http.CanonicalHeaderKey(name)] = values
	}
	request.Raw().Header.Set("Accept", ContentTypeJSON)
	if call.Body != nil {
		body, err := json.Marshal(call.Body)
		if err != nil {
			return nil, err
		}
		contentType := call.ContentType
		if contentType == "" {
			contentType = ContentTypeJSON
		}
		if err := request.SetBody(readSeekNopCloser{bytes.NewReader(body)}, contentType); err != nil {
			return nil, err
		}
	}
	if call.Once {
		once := c.retry
		once.ShouldRetry = isHeldBack
		request = request.WithContext(policy.WithRetryOptions(ctx, once))
	}

	return c.pipeline.Do(request)
}

// failure explains an error of the pipeline, which left no answer to report.
func (c *Client) failure(call Call, last *observation, err error) error {
	var (
		unsigned *auth.TokenError
		unsent   *NotSentError
	)
	if !last.signed() && !errors.As(err, &unsigned) && !errors.As(err, &unsent) && isContextError(err) {
		// Another caller is signing in, and this one waited for it.
		err = &auth.TokenError{Err: err}
	}
	failed := &ConnectionError{Service: c.service.Name, Operation: call.Operation, cause: redact(err, call.Secret)}
	if isContextError(err) {
		failed.last = last.failure()
	}
	failed.arrived = last.mayHaveArrived()

	return failed
}

func isContextError(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

type readSeekNopCloser struct{ io.ReadSeeker }

// Close implements io.Closer.
func (readSeekNopCloser) Close() error { return nil }

// page is one page of a list: both services send the items in "value" and the
// address of the next page in "nextLink".
type page[T any] struct {
	Value    Items[T] `json:"value"`
	NextLink string   `json:"nextLink"`
}

// Items are those of a list. They are nil when an answer has no list, and empty
// when it has one without items, for which null stands as well.
type Items[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (i *Items[T]) UnmarshalJSON(data []byte) error {
	items := []T{}
	err := json.Unmarshal(data, &items)
	*i = append(Items[T]{}, items...)

	return err
}

// NoList is the error for an answer without a list. Taken for an empty one, what
// exists would seem to be gone.
func (c *Client) NoList(call Call) error {
	return &UnreadableError{Service: c.service.Name, Operation: call.Operation, Cause: errors.New("there is no list in it")}
}

// List makes the call and those for all further pages. A next page on another
// host is refused: the token would travel there. An answer without a list is an
// *UnreadableError.
func List[T any](ctx context.Context, client *Client, call Call) ([]T, error) {
	ctx, cancel := withDeadline(ctx) // Pages may go on without end.
	defer cancel()
	first, err := url.Parse(call.URL)
	if err != nil {
		return nil, err
	}
	var (
		items []T
		seen  = map[string]bool{}
	)
	for {
		seen[call.URL] = true
		var one page[T]
		if err := client.Send(ctx, call, &one); err != nil {
			return nil, err
		}
		if one.Value == nil {
			return nil, client.NoList(call)
		}
		items = append(items, one.Value...)
		if one.NextLink == "" {
			return items, nil
		}
		next, err := url.Parse(one.NextLink)
		if err != nil || !strings.EqualFold(hostPort(next), hostPort(first)) || next.Scheme != first.Scheme {
			return nil, fmt.Errorf("%s: could not %s: the address of the next page is not on %s://%s, "+
				"and the token must not be sent elsewhere", client.service.Name, call.Operation, first.Scheme, first.Host)
		}
		if seen[one.NextLink] {
			return nil, fmt.Errorf("%s: could not %s: the pages of the list form a loop", client.service.Name, call.Operation)
		}
		call.URL = one.NextLink
	}
}

// hostPort returns the host with its port, also where that is https's own.
func hostPort(address *url.URL) string {
	if address.Port() == "" {
		return address.Host + ":443"
	}

	return address.Host
}
