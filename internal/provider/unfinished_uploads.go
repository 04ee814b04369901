package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// warnOfUploads names the unfinished uploads that a run met or may have left, of what it wrote.
func warnOfUploads(diags *diag.Diagnostics, what string, u object.Uploads) {
	if len(u.Leftovers) > 0 {
		diags.AddWarning("Unfinished Uploads Found", fmt.Sprintf(
			"There are uploads of %s that were begun and never finished, as when a run is killed. They are left alone, since somebody may be "+
				"uploading right now, but their parts are charged as storage. If nobody is, abort them (ossutil abort-multipart-upload), or have a lifecycle rule of the bucket do it:\n%s",
			what, uploadLines(u.Leftovers)))
	}
	if len(u.Strays) > 0 {
		diags.AddWarning("Unfinished Uploads Left", fmt.Sprintf(
			"Uploads of %s are most likely left of this run: the answer to their beginning was lost, so that it was repeated, or they could not be aborted. OSS does not tell who began an upload, "+
				"so they are left alone. If nobody else is uploading, abort them (ossutil abort-multipart-upload), or have a lifecycle rule of the bucket do it:\n%s",
			what, uploadLines(u.Strays)))
	}
	if u.StraysUnknown != nil {
		diags.AddWarning("Unfinished Uploads May Be Left", fmt.Sprintf(
			"The answer to the beginning of an upload of %s was lost, so that it was repeated. An unfinished upload may be left of that, and those of the bucket could not be listed: %s "+
				"Have somebody look who may list them (oss:ListMultipartUploads), or have a lifecycle rule of the bucket abort them.", what, sentence(cause(u.StraysUnknown))))
	}
}

func uploadLines(uploads []ossclient.Upload) string {
	lines := make([]string, len(uploads))
	for i, u := range uploads {
		lines[i] = fmt.Sprintf("  %s of %q", u.ID, u.Key)
		if u.Initiated != "" {
			lines[i] += ", begun " + u.Initiated
		}
	}
	return strings.Join(lines, "\n")
}
