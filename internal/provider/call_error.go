package provider

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// callError adds a failed call of OSS: a title such as "Unable to Create OSS Object", what was being done to
// what, the cause, what to check, and the ids that support asks for.
func callError(diags *diag.Diagnostics, summary, doing string, err error) {
	explainedError(diags, summary, doing, "", err)
}

// explainedError is callError with sentences on why the call was made, or what stands in its way.
func explainedError(diags *diag.Diagnostics, summary, doing, why string, err error) {
	detail := "Could not " + doing + ": " + sentence(cause(err))
	if why != "" {
		detail += "\n\n" + why
	}
	if h := hint(err); h != "" {
		detail += "\n\n" + h
	}
	var e *ossclient.Error
	if errors.As(err, &e) && e.KeyFrom != "" {
		detail += "\n\nThe request was signed with the access key of the " + e.KeyFrom + "."
	}
	if ids := supportIDs(err); ids != "" {
		detail += "\n\n" + ids
	}
	diags.AddError(summary, detail)
}

// objectCallError is callError for one object.
func objectCallError(diags *diag.Diagnostics, summary, verb string, m objectModel, err error) {
	callError(diags, summary, fmt.Sprintf("%s %q in bucket %q", verb, m.Key.ValueString(), m.Bucket.ValueString()), err)
}

// bucketGone warns when err says that a bucket is missing, and with it all that was in it: then says what became of the
// resource. It reports whether err says so.
func bucketGone(diags *diag.Diagnostics, err error, bucket, then string) bool {
	if !ossclient.IsBucketNotFound(err) {
		return false
	}
	diags.AddWarning("OSS Bucket Does Not Exist", fmt.Sprintf("Bucket %q does not exist, and so nothing in it does. %s "+
		"If the bucket should be there, check its spelling, and endpoint, region and credentials of the provider, before anything is created again.", bucket, then))
	return true
}

func cause(err error) string {
	var e *ossclient.Error
	if errors.As(err, &e) {
		return e.Cause()
	}
	return err.Error()
}

func supportIDs(err error) string {
	var e *ossclient.Error
	if !errors.As(err, &e) || e.RequestID == "" {
		return ""
	}
	ids := "OSS request ID: " + e.RequestID
	if e.EC != "" {
		ids += ", EC: " + e.EC
	}
	return ids
}

// codeHints say what to check for answers that people meet.
var codeHints = map[string]string{
	"SignatureDoesNotMatch": "OSS and this provider computed different signatures. What can cause it: " +
		"access_key_secret does not belong to access_key_id, or was copied with a blank or cut off; " +
		"region (or OSS_REGION) is not the bucket's; " +
		"the clock of this machine is wrong; " +
		"a proxy between here and OSS changes the host, the path or headers; " +
		"or a header or metadata value has bytes, such as odd white space, that one side changes. " +
		"If other objects can be written with the same credentials, look at the values of this one.",
	"InvalidAccessKeyId":                  "OSS does not know this access key id: it is misspelt, disabled or deleted, or a temporary key is used without its security token.",
	"InvalidSecurityToken":                "The security token does not belong to the access key, or was cut off. Ask STS for new temporary credentials.",
	"SecurityTokenExpired":                "The temporary credentials are too old. Ask STS for new ones and run again.",
	"AccessKeyIdAndSecurityTokenNotMatch": "The security token belongs to another access key. Set all three parts of the temporary credentials together.",
	"NoSuchBucket":                        "Check the spelling of the bucket and that it exists in this region. This provider does not create buckets.",
	"InvalidDigest": "The body arrived at OSS with another checksum than it was sent with, time and again, and nothing was stored. " +
		"Look into what is between here and OSS, such as a proxy, and into the memory of this machine.",
	"RequestTimeTooSkewed": "The clock of this machine differs from OSS's by more than 15 minutes. Set it right.",
	"InvalidObjectState":   "The object is archived. Restore it first (RestoreObject), and run again when the restore has finished.",
	"FileImmutable":        "A retention policy (WORM) of the bucket protects this object. It can be changed when the retention period is over.",
	// OSS-222; a write that asked not to overwrite has its own words.
	"FileAlreadyExists": "An overwrite protection rule of the bucket covers this key: objects may be created and deleted, and not be written over. " +
		"To OSS a change of headers, metadata, storage class or encryption is a copy of the object onto itself, so it is refused like a new body. " +
		"Have the rule exempt this access key or key prefix (oss:PutBucketOverwriteConfig), or replace the object: terraform apply -replace=ADDRESS deletes it and creates it again, " +
		"and in between there is none.",
	"KmsServiceNotEnabled": "The object is encrypted with KMS, and the KMS service is not enabled for this account. Enable it, or choose AES256.",
	"PublicEndpointForbidden": "This account may not use the public endpoint for data. Set endpoint to a custom domain of the bucket with use_cname = true, " +
		"or to the internal endpoint.",
	"SecondLevelDomainForbidden": "OSS wants the bucket in the host name. Set endpoint to the service's host name, not to an IP address.",
	"PreconditionFailed":         "Somebody else changed the object since the plan. Nothing was changed; run plan again to see what is there now.",
	"QpsLimitExceeded":           "OSS is throttling this account. Run with a lower -parallelism, or raise max_retries.",
	"SymlinkTargetNotExist":      "The object is a symbolic link, and what it points to does not exist. Put that there, or delete the link.",
	"MethodNotAllowed": "OSS does not allow this on the object as it is. A version that is a delete marker can be neither read nor copied: name another one. " +
		"An object of the type Symlink or Appendable does not take every change: to have an ordinary one in its place, replace it (terraform apply -replace=ADDRESS).",
}

// hint says what to check, or "".
func hint(err error) string {
	var credentials *ossclient.CredentialsError
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var e *ossclient.Error
	switch {
	case errors.As(err, &credentials):
		return "No request was sent. Check the credentials of the provider."
	case errors.Is(err, ossclient.ErrBodyChanged):
		return "Nothing was stored: the upload was stopped before its end. Run plan again when the file no longer changes."
	case errors.Is(err, ossclient.ErrDamaged):
		return "OSS stored something else than was sent, and sending it again did not help. If an object came of it, the state says what it is, and the next apply replaces it. " +
			"Look into what is between here and OSS, such as a proxy."
	case errors.Is(err, ossclient.ErrBodyUnreadable):
		return "Nothing was stored. Check that the file exists and may be read."
	case errors.Is(err, context.DeadlineExceeded):
		return "The operation did not end within its time limit. Raise the limit in the timeouts block, or check the connection to OSS. The next plan shows what was done."
	case errors.Is(err, context.Canceled):
		return "The run was interrupted. The next plan shows what was done."
	case ossclient.IsRefused(err):
		return "Nothing listens there. Check endpoint (and OSS_ENDPOINT), and that the server runs."
	case errors.As(err, &dns):
		return "The host name is not known. Check endpoint, region and the spelling of the bucket, which is part of the host name."
	case strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return "The endpoint speaks plain http. Write http:// in front of it; without a scheme https is meant."
	case errors.As(err, &authority):
		return "The certificate of the endpoint is not signed by an authority that this machine trusts."
	case !errors.As(err, &e):
		return ""
	case e.Endpoint != "":
		return fmt.Sprintf("The bucket is in another region: OSS names the endpoint %q. Set endpoint and region of the provider to match.", e.Endpoint)
	case strings.HasPrefix(e.EC, "0002-000002"):
		return "The signature names another region than the bucket's. Check region of the provider, and OSS_REGION."
	case len(e.Needs) > 0 && (e.Code == "AccessDenied" || e.Code == "" && e.Status == http.StatusForbidden):
		return "This call needs " + permissions(e.Needs) + ". The RAM policy of the access key or the policy of the bucket has to allow that, and neither may deny it."
	case e.Status >= 500:
		return fmt.Sprintf("OSS failed %d times in a row. Run again later, or raise max_retries.", e.Attempts)
	}
	return codeHints[e.Code]
}

// permissions writes what a call needs as a RAM policy has it.
func permissions(needs []ossclient.Permission) string {
	words := make([]string, len(needs))
	for i, p := range needs {
		words[i] = enumerate(p.Actions) + " on " + p.On
	}
	return strings.Join(words, ", and ")
}

// enumerate joins words as prose: a, b and c.
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
