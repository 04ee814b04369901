package provider

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// callbackText is an answer for the state, which holds UTF-8 only; "" for any other. With signs in place of what is not
// text it would look like an answer that nobody gave.
func callbackText(answer string) string {
	if !utf8.ValidString(answer) {
		return ""
	}
	return answer
}

// addCallbackFailure reports a callback that failed, although its object is stored; as a warning when it is optional.
func (m objectModel) addCallbackFailure(diags *diag.Diagnostics, failed *ossclient.CallbackError, optional, creates bool) {
	const summary = "Upload Callback Failed"
	detail := fmt.Sprintf("The object %q is stored in bucket %q, but its callback failed: %s\n\n%s",
		m.Key.ValueString(), m.Bucket.ValueString(), sentence(failed.Err.Cause()), callbackMeaning(failed.Err.Message))
	if m.severalCallbackURLs() {
		detail += " OSS has tried all URLs; this is about the last one."
	}
	next := "on_failure says to go on, so the callback is not repeated and callback_response is null."
	if !optional {
		next = "The state holds the object as it is stored. The next apply uploads it again, in place, so that OSS calls back again. To go on without, set on_failure = \"warn\" or remove the callback block."
		if creates {
			next = "The state holds the object, but Terraform marks a resource as tainted when its creation fails: the next apply would delete it and create it again. " +
				"To have it uploaded again in place instead, so that the object is never missing, run\n\n  terraform untaint ADDRESS\n\n" +
				"before the next apply. To go on without the callback, set on_failure = \"warn\" or remove the block, and untaint as well."
		}
	}
	detail += "\n\n" + next
	if ids := supportIDs(failed); ids != "" {
		detail += "\n\n" + ids
	}
	if optional {
		diags.AddAttributeWarning(callbackPlace, summary, detail)
	} else {
		diags.AddAttributeError(callbackPlace, summary, detail)
	}
}

func (m objectModel) severalCallbackURLs() bool {
	urls, ok := m.Callback.Attributes()[callback.FieldURLs].(types.List)
	return ok && len(urls.Elements()) > 1
}

// statusInMessage finds the receiver's status, whose spelling differs between OSS's pages.
var statusInMessage = regexp.MustCompile(`(?i)error status\s*:\s*(-?\d+)`)

// callbackMeaning says what a message of OSS means and what to check. The words are matched loosely: OSS's pages differ
// in case and spacing (OSS-098).
func callbackMeaning(message string) string {
	lower := strings.ToLower(message)
	for _, m := range callbackMeanings {
		if strings.Contains(lower, m.words) {
			return m.meaning
		}
	}
	status := 0
	if found := statusInMessage.FindStringSubmatch(message); found != nil {
		status, _ = strconv.Atoi(found[1]) // digits, of which too many are not status either
	}
	return statusMeaning(status)
}

var callbackMeanings = []struct{ words, meaning string }{
	{"not valid json", "The receiver answered with something that is not JSON. Have it answer with a JSON document, such as {\"ok\":true}, in UTF-8 without a byte order mark."},
	{"missing content-length", "The receiver's answer has no Content-Length. Have it send that header: OSS calls with HTTP/1.0 and takes neither chunks nor an end by closing the connection."},
	{"too long content-length", "The receiver's answer is too long. OSS takes 1 MB; have it answer with less."},
	{"content-length", "The receiver's answer has an empty body or a wrong Content-Length. Have it answer with a JSON document, such as {\"ok\":true}."},
	{"conent-length", "The receiver's answer has an empty body or a wrong Content-Length. Have it answer with a JSON document, such as {\"ok\":true}."}, // OSS's own spelling
	{"timeout", tooSlow},
	{"cost too long", tooSlow},
	{"too many callback", "OSS is throttling callbacks. Apply again with a lower -parallelism."},
	{"get image info", "The body asks for ${imageInfo.…}, which OSS could not read from the object. Check that the object is an image, or leave these variables out."},
	{"can not connect", unreachable},
}

const (
	tooSlow = "The receiver did not answer within the 5 seconds that OSS waits. Check that it is reachable from the internet, and have it answer first and work later."
	// A failed handshake shows as 502, too (a widely met report about sites behind a shared address).
	unreachable = "OSS found no web server at the URL: nothing listens there, a firewall is in between, or the TLS handshake failed. " +
		"Check the URL from outside your network; with https, check that the certificate is valid and set sni = true."
)

// statusMeaning explains the receiver's own status, or what OSS puts in its place.
func statusMeaning(status int) string {
	switch {
	case status == http.StatusBadGateway || status < 0:
		return unreachable
	case status >= 300 && status <= 399:
		return "The receiver redirects, and OSS does not follow. Write the URL at which it answers by itself; often the scheme or a slash at the end is what is different."
	case status == http.StatusNotFound:
		return "The receiver has nothing at this path. Check the path of the URL."
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "The receiver refuses the request. Check how it verifies the signature of OSS, and that nothing before it wants a login."
	case status >= 200 && status <= 299:
		return "The receiver answered with success, but OSS takes the status 200 alone. Have it answer with 200 and a JSON document."
	case status >= 400 && status <= 499:
		return "The receiver refuses the request. Its own log says why; check that it takes a POST with this body_type."
	case status >= 500 && status <= 599:
		return "The receiver failed. Its own log says why."
	}
	return "Check the receiver: it has to answer within 5 seconds with the status 200, a Content-Length and a JSON document of at most 1 MB."
}

// refusedFields says which argument a refusal is about: by OSS's error case where that is documented, else by words
// (OSS-093). The first that fits counts.
var refusedFields = []struct{ ec, words, field string }{
	{"0007-00000004", "callback url", callback.FieldURLs},
	{"0007-00000005", "number of callback url", callback.FieldURLs},
	{"", "private address", callback.FieldURLs},
	{"", "can not get ip", callback.FieldURLs},
	{"", "callback host", callback.FieldHost},
	{"", "body type", callback.FieldBodyType},
	{"0007-00000011", "callback body", callback.FieldBody},
	{"0007-00000101", "callback var", callback.FieldVariables},
	{"0007-00000103", "callback var", callback.FieldVariables},
	{"0007-00000001", "length of callback", callback.FieldBody},
}

// addCallbackRefusal reports an upload that OSS refuses for its callback, at the argument that is meant. It reports
// whether that is what err is.
func (m objectModel) addCallbackRefusal(diags *diag.Diagnostics, err error) bool {
	var e *ossclient.Error
	if !m.hasCallback() || !errors.As(err, &e) || e.Status != http.StatusBadRequest {
		return false
	}
	field := ""
	words := strings.ToLower(e.Message)
	for _, r := range refusedFields {
		if r.ec != "" && r.ec == e.EC || strings.Contains(words, r.words) {
			field = r.field
			break
		}
	}
	if field == "" && !strings.HasPrefix(e.EC, "0007-") && !strings.Contains(words, "callback") {
		return false // about something else than the callback
	}
	at, what := callbackPlace, "the callback"
	if field != "" {
		at, what = callbackPath.AtName(field), "callback."+field
	}
	detail := fmt.Sprintf("OSS refuses %s of %q in bucket %q: %s\n\nNothing was stored.", what, m.Key.ValueString(), m.Bucket.ValueString(), sentence(e.Cause()))
	switch {
	case strings.Contains(words, "private address"):
		detail += " OSS calls addresses of the internet only. Write a public one; a local OSS server can be started so that it allows others (oss-local --allow-private-callbacks)."
	case strings.Contains(words, "can not get ip"):
		detail += " Its name servers do not know the host. Check the spelling, and that the name is public."
	}
	if ids := supportIDs(err); ids != "" {
		detail += "\n\n" + ids
	}
	diags.AddAttributeError(at, "Callback Refused", detail)
	return true
}
