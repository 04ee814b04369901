package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// needed are the permissions that a denied call of the tests names, by its operation.
var needed = map[string]string{
	"HeadObject": "oss:GetObject on acs:oss:*:*:test-bucket/k", "GetObject": "oss:GetObject on acs:oss:*:*:test-bucket/k",
	"PutObject":    "oss:PutObject on acs:oss:*:*:test-bucket/k",
	"CopyObject":   "oss:PutObject, oss:GetObject and oss:GetObjectTagging on acs:oss:*:*:test-bucket/k",
	"GetObjectAcl": "oss:GetObjectAcl on acs:oss:*:*:test-bucket/k", "PutObjectACL": "oss:PutObjectAcl on acs:oss:*:*:test-bucket/k",
	"GetObjectTagging": "oss:GetObjectTagging on acs:oss:*:*:test-bucket/k", "PutObjectTagging": "oss:PutObjectTagging on acs:oss:*:*:test-bucket/k",
	"DeleteObjectTagging": "oss:DeleteObjectTagging on acs:oss:*:*:test-bucket/k",
	"DeleteObject":        "oss:DeleteObject on acs:oss:*:*:test-bucket/k", "ListObjectVersions": "oss:ListObjectVersions on acs:oss:*:*:test-bucket.",
	"GetBucketCors": "oss:GetBucketCors on acs:oss:*:*:test-bucket.", "PutBucketCors": "oss:PutBucketCors on acs:oss:*:*:test-bucket.",
	"DeleteBucketCors": "oss:DeleteBucketCors on acs:oss:*:*:test-bucket.", "ListObjectsV2": "oss:ListObjects on acs:oss:*:*:test-bucket.",
}

// wordsFor are the words of a failure, and for a denied call the permission that this operation needs.
func (f failure) wordsFor(t testing.TB, operation string) []string {
	if f.name != "denied" {
		return f.words
	}
	if needed[operation] == "" {
		t.Fatalf("no permission is known for %s", operation)
	}
	return append([]string{"This call needs " + needed[operation]}, f.words...)
}

func TestCallErrorWords(t *testing.T) {
	t.Parallel()
	denied := &ossclient.Error{
		Op: "GetObjectAcl", Bucket: "b", Key: "k", Status: 403, Code: "AccessDenied", Message: "You have no right to access this object.", RequestID: "6F1A", EC: "0003-00000001",
		Needs: []ossclient.Permission{{Actions: []string{"oss:GetObjectAcl"}, On: "acs:oss:*:*:b/k"}},
	}
	stranger := &ossclient.Error{Op: "PutObject", Bucket: "b", Key: "k", Status: 403, Code: "InvalidAccessKeyId", Message: "The OSS Access Key Id you provided does not exist in our records.", KeyFrom: "OSS_* variables", RequestID: "6F1A"}
	withoutDocument := &ossclient.Error{Op: "HeadObject", Bucket: "b", Key: "k", Status: 403, Needs: []ossclient.Permission{{Actions: []string{"oss:GetObject"}, On: "acs:oss:*:*:b/k"}}}
	for name, tc := range map[string]struct {
		why  string
		err  error
		want string
	}{
		"denied": {"", denied, `Could not read "k": AccessDenied: You have no right to access this object.

This call needs oss:GetObjectAcl on acs:oss:*:*:b/k. The RAM policy of the access key or the policy of the bucket has to allow that, and neither may deny it.

OSS request ID: 6F1A, EC: 0003-00000001`},
		"a key of somewhere": {"", stranger, `Could not read "k": InvalidAccessKeyId: The OSS Access Key Id you provided does not exist in our records.

OSS does not know this access key id: it is misspelt, disabled or deleted, or a temporary key is used without its security token.

The request was signed with the access key of the OSS_* variables.

OSS request ID: 6F1A`},
		"denied, with a reason": {"Every write resets it.", denied, `Could not read "k": AccessDenied: You have no right to access this object.

Every write resets it.

This call needs oss:GetObjectAcl on acs:oss:*:*:b/k. The RAM policy of the access key or the policy of the bucket has to allow that, and neither may deny it.

OSS request ID: 6F1A, EC: 0003-00000001`},
		"denied without a document": {"", withoutDocument, `Could not read "k": the service answered 403 Forbidden.

This call needs oss:GetObject on acs:oss:*:*:b/k. The RAM policy of the access key or the policy of the bucket has to allow that, and neither may deny it.`},
		"not allowed": {"", &ossclient.Error{Op: "GetObject", Status: 405, Code: "MethodNotAllowed", Message: "no"}, `Could not read "k": MethodNotAllowed: no.

OSS does not allow this on the object as it is. A version that is a delete marker can be neither read nor copied: name another one. ` +
			`An object of the type Symlink or Appendable does not take every change: to have an ordinary one in its place, replace it (terraform apply -replace=ADDRESS).`},
		"too late": {"", &ossclient.Error{Op: "GetObject", Err: context.DeadlineExceeded}, `Could not read "k": context deadline exceeded.

The operation did not end within its time limit. Raise the limit in the timeouts block, or check the connection to OSS. The next plan shows what was done.`},
	} {
		var diags diag.Diagnostics
		explainedError(&diags, "Unable to Read", `read "k"`, tc.why, fmt.Errorf("wrapped: %w", tc.err))
		if got := diags[0].Detail(); got != tc.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tc.want)
		}
	}
}

func TestPrivateStateErrors(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	var memory map[string]string
	recall(t.Context(), privateState("{"), memoryKey, &memory, &diags)
	keep(t.Context(), privateState(""), memoryKey, unwritable{}, &diags)
	for i, want := range [][]string{
		{"Unable to Read Private State", "a note of the provider about this resource that it cannot read: unexpected end of JSON input."},
		{"Unable to Write Private State", "could not add its note about this resource to the state: json: error calling MarshalText", "What was done in OSS stays done"},
	} {
		if diags[i].Summary() != want[0] {
			t.Errorf("title %q, want %q", diags[i].Summary(), want[0])
		}
		for _, words := range want[1:] {
			if !strings.Contains(diags[i].Detail(), words) {
				t.Errorf("%q lacks %q", diags[i].Detail(), words)
			}
		}
	}
}

type privateState string

func (p privateState) GetKey(context.Context, string) ([]byte, diag.Diagnostics) {
	return []byte(p), nil
}

func (privateState) SetKey(context.Context, string, []byte) diag.Diagnostics { return nil }

type unwritable struct{}

func (unwritable) MarshalText() ([]byte, error) { return nil, errors.New("no") }
