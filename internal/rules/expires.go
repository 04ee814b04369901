package rules

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// doubtExpires reports what is no HTTP date (RFC 9110, section 5.6.7). The OSS pages
// show three formats in three places and no sign that OSS reads the value; caches
// take anything but an HTTP date for a time in the past (RFC 9111, section 5.3).
func doubtExpires(value string) []doubt {
	when, err := http.ParseTime(value)
	if err != nil {
		advice := "write it like \"Wed, 21 Oct 2026 07:28:00 GMT\""
		if mended, ok := guessTime(value); ok {
			advice = fmt.Sprintf("write %q", mended.UTC().Format(http.TimeFormat))
		}
		return []doubt{{"expires-date", fmt.Sprintf("Expires is not an HTTP date: %s. OSS stores it as it is, and caches take the object for expired; %s.", finding.Quote(value), advice)}}
	}
	if day := when.Weekday().String(); !strings.HasPrefix(strings.ToLower(value), strings.ToLower(day[:3])) {
		return []doubt{{"expires-weekday", fmt.Sprintf("Expires names the wrong day of the week in %s, which some caches refuse; write %q.", finding.Quote(value), when.UTC().Format(http.TimeFormat))}}
	}
	return nil
}

// guessTime reads the other formats that the OSS pages show, and some common ones.
func guessTime(value string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, time.RFC1123Z, time.RFC1123, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", time.DateOnly} {
		if when, err := time.Parse(layout, value); err == nil && inDateRange(when) {
			return when, true
		}
	}
	number, err := strconv.ParseInt(value, 10, 64)
	switch {
	case err != nil || number < 1e9: // a small number is a duration rather than a time
		return time.Time{}, false
	case number < 1e11:
		return time.Unix(number, 0), true
	case number < 1e14:
		return time.UnixMilli(number), true
	}
	return time.Time{}, false
}

// inDateRange: an HTTP date has four digits for the year.
func inDateRange(when time.Time) bool {
	year := when.UTC().Year()
	return year >= 1 && year <= 9999
}
