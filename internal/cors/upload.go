package cors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// sdkHeaders are the request headers that make a browser ask first, as ali-oss sends
// them with an upload (its createRequest, for signature V4 its authorizationV4).
var sdkHeaders = []string{
	"authorization", "content-md5", "content-type", "x-oss-content-sha256", "x-oss-date", "x-oss-security-token", "x-oss-user-agent",
}

// uploadExposed are the response headers an upload page reads: ali-oss refuses to
// finish a multipart upload whose ETags it cannot see, and support asks for the
// request id (help page "Configure CORS rules").
var uploadExposed = []string{"ETag", "x-oss-request-id"}

// checkUpload advises on an upload rule that lacks what browsers need to upload. A
// rule is one for uploads when it allows PUT or POST.
func checkUpload(rule Rule) []Problem {
	put := slices.Contains(rule.AllowedMethods, "PUT")
	if rule.Partial || !put && !slices.Contains(rule.AllowedMethods, "POST") {
		return nil
	}
	var found []Problem
	if missing := missingFrom(rule.ExposeHeaders, uploadExposed, strings.EqualFold); len(missing) > 0 {
		found = append(found, Problem{Field: FieldExpose, Finding: finding.Finding{
			Severity: finding.Advice,
			Rule:     "cors-upload-expose",
			Summary:  "CORS Upload Rule Hides Headers",
			Detail:   fmt.Sprintf("The rule allows uploads but does not expose %s. Multipart uploads from browsers need ETag, and x-oss-request-id is what Alibaba Cloud support asks for; add them.", strings.Join(missing, " and ")),
		}})
	}
	return append(found, checkUploadHeaders(rule, put)...)
}

// checkUploadHeaders knows two kinds of upload pages: those with ali-oss, recognised by a
// rule that allows Authorization, and those that PUT to a presigned URL, which need
// Content-Type at least. A form POST needs no header.
func checkUploadHeaders(rule Rule, put bool) []Problem {
	needed, why := []string(nil), ""
	switch {
	case some(rule.AllowedHeaders, "authorization", matchesFold):
		needed, why = sdkHeaders, "The rule allows uploads signed in the browser but not all headers that the SDK ali-oss sends"
	case put && !slices.ContainsFunc(rule.AllowedHeaders, func(h string) bool { return strings.Contains(h, "*") }):
		needed, why = []string{"content-type"}, "The rule allows PUT but not the header that browsers send with a body"
	}
	missing := missingFrom(rule.AllowedHeaders, needed, matchesFold)
	if len(missing) == 0 {
		return nil
	}
	return []Problem{{Field: FieldHeaders, Finding: finding.Finding{
		Severity: finding.Advice,
		Rule:     "cors-upload-headers",
		Summary:  "CORS Upload Rule Blocks Headers",
		Detail:   fmt.Sprintf(`%s; add %s, or "*" for all.`, why, strings.Join(missing, ", ")),
	}}}
}

// missingFrom returns the wanted names that no pattern stands for.
func missingFrom(patterns, wanted []string, pred func(pattern, text string) bool) []string {
	var missing []string
	for _, name := range wanted {
		if !some(patterns, name, pred) {
			missing = append(missing, name)
		}
	}
	return missing
}
