package rules

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// doubtExpires reports what is not an HTTP date (RFC 9110, section 5.6.7). The OSS pages
// show three formats in three places and no sign that OSS reads the value; caches
// take anything but an HTTP date for a time in the past (RFC 9111, section 5.3).
func doubtExpires(value string) []doubt {
	if value == "0" || value == "-1" { // the usual way to say "expired" (RFC 9111, section 5.3)
		return nil
	}
	when, err := http.ParseTime(value)
	if err != nil {
		advice := "write it like \"Wed, 21 Oct 2026 07:28:00 GMT\""
		if kind := otherTime(value); kind != "" {
			advice = "it looks like " + kind + "; " + advice + ", which formatdate(\"EEE, DD MMM YYYY hh:mm:ss 'GMT'\", ...) makes of a timestamp in UTC"
		}
		return []doubt{{"expires-date", fmt.Sprintf("Expires is not an HTTP date. OSS stores it as it is, and caches take the object for expired; %s.", advice)}}
	}
	if day := when.Weekday().String(); !strings.HasPrefix(strings.ToLower(value), strings.ToLower(day[:3])) {
		return []doubt{{"expires-weekday", "Expires names a day of the week that is not that of its date, which some caches refuse; correct one of the two."}}
	}
	return nil
}

// otherTime names the kind of time that a value is in another format: those that the OSS pages show, and common ones.
func otherTime(value string) string {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05", time.DateOnly} {
		if _, err := time.Parse(layout, value); err == nil {
			return "a date that begins with the year"
		}
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC1123} {
		if _, err := time.Parse(layout, value); err == nil {
			return "a date in another time zone than GMT"
		}
	}
	if number, err := strconv.ParseInt(value, 10, 64); err == nil && number >= 1e9 && number < 1e14 { // a small number is a duration rather than a time
		return "a number of seconds or milliseconds since 1970"
	}
	return ""
}
