// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"net/http"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// leastDifference is how far two clocks must differ before it matters: a Date
// header has whole seconds, and an answer takes its time.
const leastDifference = time.Minute

// ServiceClock is a policy that reads the time of a service from the Date header of
// its answers. A machine with a wrong clock would misjudge what is valid now.
type ServiceClock struct {
	machine func() time.Time

	mutex      sync.Mutex
	difference time.Duration
}

var _ policy.Policy = (*ServiceClock)(nil)

// NewServiceClock returns a clock that goes by the machine's until an answer was
// seen.
func NewServiceClock(machine func() time.Time) *ServiceClock {
	return &ServiceClock{machine: machine}
}

// Now returns the time of the service, as far as its answers have shown it. It
// differs from the machine's by a minute or more, or not at all.
func (c *ServiceClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	return c.machine().Add(c.difference)
}

// Do implements policy.Policy.
func (c *ServiceClock) Do(request *policy.Request) (*http.Response, error) {
	response, err := request.Next()
	if err == nil {
		c.observe(response.Header)
	}

	return response, err
}

// observe reads the time of an answer. One from a cache was made earlier.
func (c *ServiceClock) observe(header http.Header) {
	sent, err := http.ParseTime(header.Get("Date"))
	if err != nil || header.Get("Age") != "" {
		return
	}
	difference := sent.Sub(c.machine())
	if difference.Abs() < leastDifference {
		difference = 0
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.difference = difference
}
