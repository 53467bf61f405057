// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spheretrust/terraform-provider-azuresphere/internal/lab"
)

// results are what a run of this program has measured.
type results struct {
	Date                string `json:"date"`
	System              string `json:"system"`
	Note                string `json:"note,omitempty"`
	LatencyMilliseconds int64  `json:"latency_ms"`
	RateLimit           int    `json:"rate_limit"`
	Rows                []row  `json:"rows"`
}

// row is what a phase took. Times are in seconds, memory in MiB.
type row struct {
	Tool  string    `json:"tool"`
	Shape lab.Shape `json:"shape,omitempty"`
	Names int       `json:"names,omitempty"`
	N     int       `json:"n"`
	Phase string    `json:"phase"`

	Wall float64 `json:"wall"`
	// Requests to all services, Limited ones to IoT Central, and those of them that
	// were refused with 429.
	Requests int `json:"requests"`
	Limited  int `json:"limited"`
	Refused  int `json:"refused"`
	// AtLimit is what the limited requests take at least, at the rate that the
	// provider uses.
	AtLimit      float64 `json:"at_limit"`
	ProviderCPU  float64 `json:"provider_cpu"`
	ProviderPeak float64 `json:"provider_peak"`
	CallerCPU    float64 `json:"caller_cpu"`
	CallerPeak   float64 `json:"caller_peak"`
}

// request is an entry of the emulator's log.
type request struct {
	Service string    `json:"service"`
	Status  int       `json:"status"`
	Time    time.Time `json:"time"`
}

func newRow(c contender, phase string, n int, wall time.Duration, caller usage, requests []request) row {
	r := row{
		Tool: c.tool, Shape: c.shape, Names: c.names, N: n, Phase: phase, Wall: wall.Seconds(), Requests: len(requests),
		CallerCPU: caller.CPU.Seconds(), CallerPeak: mebibytes(caller.Peak),
	}
	for _, request := range requests {
		if request.Service != "iotcentral" {
			continue
		}
		r.Limited++
		if request.Status == http.StatusTooManyRequests {
			r.Refused++
		}
	}
	r.AtLimit = float64(max(r.Limited-usedLimit, 0)) / usedLimit

	return r
}

// setUsage sets what the providers used, which the caller's usage has as well.
func (r *row) setUsage(provider usage) {
	r.ProviderCPU, r.ProviderPeak = provider.CPU.Seconds(), mebibytes(provider.Peak)
	r.CallerCPU = max(r.CallerCPU-r.ProviderCPU, 0)
}

func mebibytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// floor returns the row of the same graph without services, if there is one.
func (r results) floor(of row) (row, bool) {
	for _, candidate := range r.Rows {
		if candidate.Tool == toolFloor && candidate.Shape == of.Shape && candidate.N == of.N && candidate.Phase == of.Phase {
			return candidate, true
		}
	}

	return row{}, false
}

// ratio compares a run with the least that it could take: Terraform alone, and the
// requests at the limit.
func (r results) ratio(of row) (float64, bool) {
	floor, found := r.floor(of)
	if !found || of.Tool != toolProvider {
		return 0, false
	}

	return of.Wall / (floor.Wall + of.AtLimit), true
}

func (r results) table() string {
	var text strings.Builder
	writer := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(writer, "n\tphase\ttool\tshape\tnames\twall s\trequests\tIoT Central\t429\tat the limit s\tratio\tprovider CPU s\tMiB\tcaller CPU s\tMiB\t")
	for _, row := range r.Rows {
		ratio := ""
		if found, ok := r.ratio(row); ok {
			ratio = fmt.Sprintf("%.2f", found)
		}
		_, _ = fmt.Fprintf(writer, "%d\t%s\t%s\t%s\t%d\t%.2f\t%d\t%d\t%d\t%.2f\t%s\t%.2f\t%.0f\t%.2f\t%.0f\t\n", row.N, row.Phase, row.Tool, row.Shape, row.Names,
			row.Wall, row.Requests, row.Limited, row.Refused, row.AtLimit, ratio, row.ProviderCPU, row.ProviderPeak, row.CallerCPU, row.CallerPeak)
	}
	_ = writer.Flush()

	return text.String() + "\nratio: wall time against Terraform alone plus what the requests to IoT Central take at the limit.\n"
}
