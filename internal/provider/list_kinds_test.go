package provider

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// Every bucket with rules is listed, for a request each; one whose rules may not be read is left out with a warning.
func TestListOfCORSRules(t *testing.T) {
	t.Parallel()
	f := map[string]*ossserver.Fault{}
	server := newServer()
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "GetBucketCors" {
			return f[c.Bucket]
		}
		return nil
	}
	o := startServer(t, server)
	for i := range 30 {
		name := fmt.Sprintf("bucket-%02d", i)
		o.must(o.local().CreateBucket(name))
		if i%3 == 0 {
			other := *o
			other.bucket = name
			foreignCORS(&other, corsDocument(corsRuleTwo))
		}
	}
	p := o.protocol()
	r := listRequest{kind: "oss_bucket_cors", config: map[string]any{}, limit: 100}
	want := []string{}
	for i := 0; i < 30; i += 3 {
		want = append(want, fmt.Sprintf("bucket-%02d", i))
	}
	o.local().ResetRecords()
	if got := p.list(r); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := o.requests(); got != "GetBucketCors:31 ListBuckets:1" {
		t.Errorf("requests %q", got)
	}
	r.limit = 2
	o.local().ResetRecords()
	if got := p.list(r); !slices.Equal(got, want[:2]) {
		t.Errorf("got %q, want %q", got, want[:2])
	}
	if n := len(o.local().Records()); n > 1+4+looksInFlight { // the second result is the fourth bucket
		t.Errorf("%d requests for two results", n)
	}

	r.limit, r.include = 100, true
	kind := p.schema.ResourceSchemas["oss_bucket_cors"].ValueType()
	for result := range p.stream(t.Context(), r) {
		p.noErrors(result.Diagnostics)
		listed, err := result.Resource.Unmarshal(kind)
		o.must(err)
		id := p.strings(result.Identity.IdentityData, identityKind("bucket"))
		if imported := p.imported("oss_bucket_cors", id); !listed.Equal(imported) {
			t.Errorf("listed   %s\nimported %s", listed, imported)
		}
	}

	f["bucket-03"] = &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}
	f["bucket-06"] = &ossserver.Fault{Status: 404, Code: "NoSuchBucket", Message: "gone meanwhile"}
	got := p.list(r)
	if len(got) != 9 || got[0] != "bucket-00" || !strings.HasPrefix(got[1], `warning: OSS Bucket Is Left Out: The CORS rules of bucket "bucket-03" may not be read: AccessDenied`) ||
		!strings.Contains(got[1], "oss:GetBucketCors") || got[2] != "bucket-09" {
		t.Errorf("got %q", got)
	}
	f["bucket-03"] = &ossserver.Fault{Status: 409, Code: "FileImmutable", Message: "protected"}
	if got := p.list(r); len(got) != 2 || !strings.HasPrefix(got[1], "error: Unable to Read OSS Bucket CORS Rules") {
		t.Errorf("got %q", got)
	}
}

func TestListOfCORSRulesFailures(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	f.arm("ListBuckets", ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no right"}, -1)
	r := listRequest{kind: "oss_bucket_cors", config: map[string]any{}, limit: 100}
	if got := o.protocol().list(r); len(got) != 1 || !strings.HasPrefix(got[0], "error: Unable to List OSS Buckets: Could not list the buckets of the account: AccessDenied") || !strings.Contains(got[0], "oss:ListBuckets on acs:oss:*:*:*") {
		t.Errorf("got %q", got)
	}
}

// Folders are one level of common prefixes, for no request more with the resource, whose state nobody reads.
func TestListOfDirectories(t *testing.T) {
	t.Parallel()
	o := startSome(t)
	p := o.protocol()
	kind := p.schema.ResourceSchemas["oss_directory"].ValueType()
	for _, tc := range []struct {
		prefix any
		limit  int64
		want   string
	}{
		{nil, 100, "docs/ sites/ 目录/"},
		{nil, 2, "docs/ sites/"},
		{"sites/", 100, "sites/one/ sites/two/"},
		{"sites/one/", 100, ""},
	} {
		for _, include := range []bool{false, true} {
			o.local().ResetRecords()
			r := listRequest{kind: "oss_directory", config: map[string]any{"bucket": o.bucket, "prefix": tc.prefix}, limit: tc.limit, include: include}
			var got []string
			for result := range p.stream(t.Context(), r) {
				p.noErrors(result.Diagnostics)
				got = append(got, result.DisplayName)
				id := p.strings(result.Identity.IdentityData, identityKind("bucket", "prefix"))
				if id["bucket"] != o.bucket || id["prefix"] != result.DisplayName {
					t.Errorf("%s has the identity %v", result.DisplayName, id)
				}
				if !include {
					continue
				}
				listed := p.strings(result.Resource, kind)
				if listed["id"] != o.bucket+"/"+result.DisplayName || listed["bucket"] != o.bucket || listed["prefix"] != result.DisplayName || len(listed) != 3 {
					t.Errorf("listed %v", listed)
				}
				p.imported("oss_directory", id) // which is found
			}
			if strings.Join(got, " ") != tc.want {
				t.Errorf("below %v: %q, want %q", tc.prefix, got, tc.want)
			}
		}
	}
	r := listRequest{kind: "oss_directory", config: map[string]any{"bucket": "absent-bucket"}, limit: 1}
	if got := p.list(r); len(got) != 1 || !strings.HasPrefix(got[0], "error: Unable to List OSS Directories") {
		t.Errorf("got %q", got)
	}
}

func startSome(t *testing.T) *testOSS {
	t.Helper()
	o := startOSS(t)
	o.put("docs/a.html", "docs/b/c.html", "index.html", "sites/one/index.html", "sites/two/index.html", "sites/zero", "目录/文件")
	return o
}

// Folders go on over pages, and a page that the limit does not need is not asked for.
func TestListOfDirectoriesByPages(t *testing.T) {
	t.Parallel()
	var pages atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Oss-Request-Id", "6F1A")
		page := pages.Add(1)
		fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%t</IsTruncated><NextContinuationToken>%d</NextContinuationToken><Contents><Key>page-%d</Key></Contents>", page < 3, page, page)
		for i := range 2 {
			fmt.Fprintf(w, "<CommonPrefixes><Prefix>page-%d/%d/</Prefix></CommonPrefixes>", page, i)
		}
		fmt.Fprint(w, "</ListBucketResult>")
	}))
	t.Cleanup(server.Close)
	o := &testOSS{t: t, server: newServer(), endpoint: server.URL, region: testRegion, bucket: "paged"}
	p := o.protocol()
	for limit, want := range map[int64]int64{1: 1, 2: 1, 3: 2, 6: 3, 100: 3} {
		pages.Store(0)
		got := p.list(listRequest{kind: "oss_directory", config: map[string]any{"bucket": o.bucket}, limit: limit})
		if len(got) != int(min(limit, 6)) || pages.Load() != want {
			t.Errorf("limit %d: %q by %d requests, want %d", limit, got, pages.Load(), want)
		}
	}
}

// An identity that is wrong, incomplete or not known yet has words, whatever resource it is of.
func TestIdentityWords(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	p := o.protocol()
	const unknown = "\x00unknown"
	for _, tc := range []struct {
		kind     string
		identity map[string]string
		words    string
	}{
		{"oss_object", map[string]string{"bucket": "Bad_Bucket", "key": "k"}, "Invalid Bucket Name"},
		{"oss_object", map[string]string{"bucket": o.bucket, "key": "/k"}, "Invalid Object Key"},
		{"oss_object", map[string]string{"bucket": o.bucket}, "Missing Identity Attribute: key"},
		{"oss_object", map[string]string{"key": "k"}, "Missing Identity Attribute: bucket"},
		{"oss_object", map[string]string{}, "Missing Identity Attribute: bucket"},
		{"oss_object", map[string]string{"bucket": o.bucket, "key": unknown}, "Identity Not Known Yet: key"},
		{"oss_bucket_cors", map[string]string{}, "Missing Identity Attribute: bucket"},
		{"oss_bucket_cors", map[string]string{"bucket": unknown}, "Identity Not Known Yet: bucket"},
		{"oss_bucket_cors", map[string]string{"bucket": "Bad_Bucket"}, "Invalid Bucket Name"},
		{"oss_directory", map[string]string{"prefix": "sites/"}, "Missing Identity Attribute: bucket"},
		{"oss_directory", map[string]string{"bucket": o.bucket, "prefix": "sites"}, "Invalid Prefix"},
		{"oss_directory", map[string]string{"bucket": o.bucket, "prefix": unknown}, "Identity Not Known Yet: prefix"},
	} {
		resp, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: tc.kind, Identity: p.partialIdentity(tc.kind, tc.identity, unknown)})
		said := fmt.Sprint(err)
		if err == nil {
			said = ""
			for _, d := range resp.Diagnostics {
				said += fmt.Sprintf("%s: %s\n", d.Summary, d.Detail)
			}
		}
		if !strings.Contains(said, tc.words) {
			t.Errorf("%s %q: %s", tc.kind, tc.identity, said)
		}
	}
}

// partialIdentity encodes an identity as Terraform does: what is not named is null. A name that the type does not have is
// sent all the same.
func (p *protocol) partialIdentity(kind string, values map[string]string, unknown string) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	names := map[string][]string{"oss_object": {"bucket", "key"}, "oss_bucket_cors": {"bucket"}, "oss_directory": {"bucket", "prefix"}}[kind]
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	encoded := map[string]tftypes.Value{}
	for _, name := range slices.Concat(names, slices.Collect(maps.Keys(values))) {
		object.AttributeTypes[name] = tftypes.String
		switch value, named := values[name]; {
		case !named:
			encoded[name] = tftypes.NewValue(tftypes.String, nil)
		case value == unknown:
			encoded[name] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		default:
			encoded[name] = tftypes.NewValue(tftypes.String, value)
		}
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: p.value(object, encoded)}
}

// The pages of the lists are written by hand, since the Terraform that writes the others has no lists: each argument and
// its words are those of the schema, and no other.
func TestListPagesAreTheSchemas(t *testing.T) {
	t.Parallel()
	p := startOSS(t).protocol()
	for kind, schema := range p.schema.ListResourceSchemas {
		data, err := os.ReadFile("../../templates/list-resources/" + strings.TrimPrefix(kind, "oss_") + ".md.tmpl")
		if err != nil {
			t.Fatal(err)
		}
		page, arguments, found := strings.Cut(string(data), "## Schema\n")
		if !found || !strings.Contains(page, schema.Block.Description) {
			t.Errorf("the page of %s does not say %q", kind, schema.Block.Description)
		}
		required, optional, _ := strings.Cut(arguments, "### Optional")
		for _, a := range schema.Block.Attributes {
			of := map[string]string{"tftypes.String": "String", "tftypes.List[tftypes.String]": "List of String"}[a.Type.String()]
			line := fmt.Sprintf("- `%s` (%s) %s\n", a.Name, of, a.Description)
			if part := map[bool]string{true: required, false: optional}[a.Required]; !strings.Contains(part, line) {
				t.Errorf("the page of %s lacks %q", kind, line)
			}
		}
		if n := strings.Count(arguments, "\n- `"); n != len(schema.Block.Attributes) {
			t.Errorf("the page of %s has %d arguments, the schema %d", kind, n, len(schema.Block.Attributes))
		}
	}
}
