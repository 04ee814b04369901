package ossserver

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// String is the record as one log line: time, status, method, operation, bucket and key with the sub-resource,
// duration, bytes in and out. It shows no signature, no security token and no header.
func (r Record) String() string {
	target := "/"
	if r.Bucket != "" {
		target += r.Bucket + "/" + r.Key
	}
	var params []string
	for _, name := range slices.Sorted(maps.Keys(r.Query)) {
		if slices.Contains(commonParams, name) || slices.Contains(callbackParams, name) {
			continue // signatures, mostly, and what may hold a receiver's secret
		}
		if value := r.Query.Get(name); value != "" {
			name += "=" + value
		}
		params = append(params, name)
	}
	if len(params) > 0 {
		target += "?" + strings.Join(params, "&")
	}
	if quoted := strconv.Quote(target); quoted != `"`+target+`"` || strings.Contains(target, " ") {
		target = quoted // a key may have spaces, line ends, escape sequences of a terminal
	}
	operation, status := r.Operation, strconv.Itoa(r.Status)
	if operation == "" {
		operation = "-"
	}
	if r.Status == 0 {
		status = "cut"
	}
	line := fmt.Sprintf("%s %s %-7s %-19s %s %s in=%d out=%d", r.Start.Format(time.TimeOnly), status, r.Method, operation,
		target, r.Duration.Round(100*time.Microsecond), r.BytesIn, r.BytesOut)
	if r.EC != "" {
		line += " ec=" + r.EC
	}
	return line
}
