package provider

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// put stores small objects under the keys.
func (o *testOSS) put(keys ...string) {
	o.t.Helper()
	bucket := o.sdk()
	for _, key := range keys {
		o.must(bucket.PutObject(key, strings.NewReader(key)))
	}
}

// textList makes a list of texts out of an output's value.
func textList(t testing.TB, value any) []string {
	t.Helper()
	list, ok := value.([]any)
	if !ok {
		t.Fatalf("%v is not a list", value)
	}
	result := []string{}
	for _, element := range list {
		text, _ := element.(string)
		result = append(result, text)
	}
	return result
}

// names writes a list of keys without what this test's keys begin with.
func (o *testOSS) names(value any) string {
	o.t.Helper()
	keys := textList(o.t, value)
	for i, key := range keys {
		keys[i] = strings.TrimPrefix(key, o.prefix)
	}
	return strings.Join(keys, " ")
}

func TestObjectsDataSourceSelects(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	for _, name := range []string{"a.html", "logs/2024/1.gz", "logs/2024/2.txt", "logs/2025/1.gz", "logs", "site/a/b.html", "site/index.html", "z b+%中\x01", "~"} {
		o.put(o.key(name))
	}
	const below = "\n prefix = \"PREFIX\""
	all := "a.html logs logs/2024/1.gz logs/2024/2.txt logs/2025/1.gz site/a/b.html site/index.html z b+%中\x01 ~"
	cases := []struct {
		arguments, keys, prefixes string
		truncated                 bool
	}{
		{below, all, "", false},
		{`prefix = "PREFIXlogs/"`, "logs/2024/1.gz logs/2024/2.txt logs/2025/1.gz", "", false},
		{`prefix = "PREFIXnone/"`, "", "", false},
		{`delimiter = "/"` + below, "a.html logs z b+%中\x01 ~", "logs/ site/", false},
		{"delimiter = \"/\"\n prefix = \"PREFIXlogs/\"", "", "logs/2024/ logs/2025/", false},
		{`start_after = "PREFIXlogs/2025/1.gz"` + below, "site/a/b.html site/index.html z b+%中\x01 ~", "", false},
		{`glob = "PREFIX*.html"`, "a.html", "", false},
		{`glob = "PREFIX**/*.html"`, "a.html site/a/b.html site/index.html", "", false},
		{`glob = "PREFIXlogs/**"`, "logs logs/2024/1.gz logs/2024/2.txt logs/2025/1.gz", "", false},
		{`glob = "PREFIXlogs/202[0-4]/*.{gz,zip}"`, "logs/2024/1.gz", "", false},
		{"glob = \"PREFIX**/*.gz\"\n prefix = \"PREFIXlogs/2025\"", "logs/2025/1.gz", "", false},
		{"glob = \"PREFIX*.html\"\n delimiter = \"/\"" + below, "a.html", "logs/ site/", false},
		{"limit = 2" + below, "a.html logs", "", true},
		{"limit = 9" + below, all, "", false},
		{"limit = 8" + below, strings.TrimSuffix(all, " ~"), "", true},
		{"limit = 3\n delimiter = \"/\"" + below, "a.html logs", "logs/", true},
		{"limit = 1\n glob = \"PREFIX**/*.gz\"", "logs/2024/1.gz", "", true},
		{"limit = 2\n glob = \"PREFIX**/*.gz\"", "logs/2024/1.gz logs/2025/1.gz", "", false},
	}
	var text strings.Builder
	for i, tc := range cases { // all in one run
		fmt.Fprintf(&text, "data \"oss_objects\" \"test_%d\" {\n bucket = \"BUCKET\"\n %s\n}\noutput \"test_%d\" { value = data.oss_objects.test_%d }\n", i, tc.arguments, i, i)
	}
	w := o.workspace()
	w.config("%s", text.String())
	outputs := w.outputs()
	for i, tc := range cases {
		got, _ := outputs[fmt.Sprintf("test_%d", i)].(map[string]any)
		if keys := o.names(got["keys"]); keys != tc.keys {
			t.Errorf("%s: keys %q, want %q", tc.arguments, keys, tc.keys)
		}
		if prefixes := o.names(got["common_prefixes"]); prefixes != tc.prefixes {
			t.Errorf("%s: common prefixes %q, want %q", tc.arguments, prefixes, tc.prefixes)
		}
		if got["truncated"] != tc.truncated {
			t.Errorf("%s: truncated is %v", tc.arguments, got["truncated"])
		}
	}
}

func TestObjectsDataSourceShowsAttributes(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.put("k")
	stored := o.object("k")
	want := []any{map[string]any{
		"key": "k", "etag": stored.ETag, "size": 1.0, "storage_class": "Standard", "object_type": "Normal",
		"last_modified": stored.LastModified.UTC().Format("2006-01-02T15:04:05Z"),
		"content_type":  nil, "cache_control": nil, "content_disposition": nil, "content_encoding": nil, "content_language": nil, "expires": nil, "metadata": nil,
	}}
	if got := o.protocol().data("oss_objects", map[string]any{"bucket": o.bucket})["objects"]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// More keys than a page has take a request for every thousand, a glob narrows what is listed, and a limit ends it.
func TestObjectsDataSourceOfThousands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("stores and reads a thousand objects, one after the other")
	}
	o := startOSS(t)
	keys := []string{}
	for i := range 1010 {
		keys = append(keys, fmt.Sprintf("logs/%d/%04d", min(i/5, 1), i)) // 5, and then 1,005
	}
	o.put(keys...)
	expect := func(what string, got, want []string, requests string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d keys, want %d in order", what, len(got), len(want))
		}
		if got := o.requests(); got != requests {
			t.Errorf("%s: requests %q, want %q", what, got, requests)
		}
		o.local().ResetRecords()
	}
	client, err := ossclient.New(ossclient.Config{Region: o.region, Endpoint: o.endpoint, Credentials: ossclient.StaticCredentials{AccessKeyID: testKeyID, AccessKeySecret: testSecret}})
	o.must(err)
	list := func(glob string, limit int64) []string {
		t.Helper()
		m := objectsDataModel{Bucket: types.StringValue(o.bucket), Glob: stringOrNull(glob), Limit: types.Int64Value(limit)}
		if limit == 0 {
			m.Limit = types.Int64Null()
		}
		var diags diag.Diagnostics
		if m.list(t.Context(), client, &diags); len(diags) != 0 {
			t.Error(diags)
		}
		return m.Keys
	}
	o.local().ResetRecords()
	for _, tc := range []struct {
		glob     string
		limit    int64
		keys     []string
		requests string
	}{
		{"", 0, keys, "ListObjectsV2:2"},
		{"logs/0/*", 0, keys[:5], "ListObjectsV2:1"},
		{"logs/1/*", 0, keys[5:], "ListObjectsV2:2"},
		{"", 1, keys[:1], "ListObjectsV2:1"},
		{"", 1005, keys[:1005], "ListObjectsV2:2"},
		{"", 1000, keys[:1000], "ListObjectsV2:1"},
	} {
		expect(fmt.Sprintf("glob %q, limit %d", tc.glob, tc.limit), list(tc.glob, tc.limit), tc.keys, tc.requests)
	}
	// A short list does not ask for a page of a thousand.
	list("", 7)
	if got := o.local().Records()[0].Query.Get("max-keys"); got != "7" {
		t.Errorf("max-keys is %q", got)
	}
	o.local().ResetRecords()
	p := o.protocol()
	expect("as a data source", textList(t, p.data("oss_objects", map[string]any{"bucket": o.bucket})["keys"]), keys, "ListObjectsV2:2")
}

func TestObjectsDataSourceInput(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	var blocks []refusedBlock
	for arguments, words := range map[string][]string{
		`glob = "/a/*"`: {"Invalid Key Glob", `Write "a/*"`},
		`glob = "a["`:   {"Invalid Key Glob", "not well formed"},
		"glob = \"site/*.css\"\n prefix = \"logs\"": {"Contradictory Prefix and Glob", `prefix "logs"`, `glob "site/*.css"`, "leave prefix out"},
		"limit = 0":      {"limit", "between 1 and 100000"},
		"limit = 100001": {"limit", "between 1 and 100000"},
		`delimiter = ""`: {"delimiter", "Empty String"},
	} {
		blocks = append(blocks, refusedBlock{name: arguments, block: "data \"oss_objects\" \"test\" {\n bucket = \"BUCKET\"\n " + arguments + "\n}\n", words: words})
	}
	w.expectRefused(blocks)
	w.config("data \"oss_objects\" \"test\" {\n bucket = \"" + o.absentBucket() + "\"\n}\n")
	w.fails([]string{"Unable to List OSS Objects", "NoSuchBucket", "spelling of the bucket"}, "plan", "-no-color")
}

func TestObjectsDataSourceFailures(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	o.put("a", "b")
	p := o.protocolWithFewRetries()
	read := func() {
		if got := textList(t, p.data("oss_objects", map[string]any{"bucket": o.bucket})["keys"]); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("got %q", got)
		}
	}
	for _, failure := range failures {
		f.arm("ListObjectsV2", failure.fault, -1)
		p.fails(append([]string{"Unable to List OSS Objects", `Could not list the objects of bucket "` + o.bucket}, failure.wordsFor(t, "ListObjectsV2")...), read)
	}
	for _, fault := range []ossserver.Fault{{Status: 500, Code: "InternalError", Message: "oops"}, {Cut: ossserver.CutAfter}} {
		f.arm("ListObjectsV2", fault, 1)
		read()
		if f.left.Load() != 0 {
			t.Errorf("%+v did not strike", fault)
		}
	}
}

// Behind a custom domain there is one bucket, for data sources as for resources.
func TestDataSourcesBehindACustomDomain(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	for kind, more := range map[string]map[string]any{"oss_objects": nil, "oss_object": {"key": "k"}, "oss_metadata_violations": {"metadata_policy": ownershipPolicy()}} {
		p := o.protocol()
		p.configureWith(map[string]any{
			"endpoint": o.endpoint, "region": o.region, "access_key_id": testKeyID, "access_key_secret": testSecret, "use_cname": true, "max_retries": 0,
		})
		read := func(bucket string) []*tfprotov6.Diagnostic {
			return p.readData(kind, with(map[string]any{"bucket": bucket}, more))
		}
		read("bucket-one") // which is that of the domain, as it is the first
		expectTold(t, read("bucket-two"), "Bucket Behind Another Custom Domain", "bucket-one", "bucket-two")
	}
}

// More than a state can hold is refused, after as many requests as it takes to know.
func TestObjectsDataSourceRefusesTooMany(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("lists 200,000 keys")
	}
	bucket := &syntheticBucket{objects: maxListed + 1, bare: true}
	client := bucket.client(t)
	m := objectsDataModel{Bucket: types.StringValue("bucket")}
	var diags diag.Diagnostics
	m.list(t.Context(), client, &diags)
	if len(diags) != 1 || diags[0].Summary() != "Too Many OSS Objects" || !strings.Contains(diags[0].Detail(), "More than 100000 keys") {
		t.Errorf("got %v", diags)
	}
	bucket.objects = maxListed
	diags = nil
	m.list(t.Context(), client, &diags)
	if len(diags) != 0 || len(m.Keys) != maxListed || m.Truncated.ValueBool() {
		t.Errorf("%d keys, %v", len(m.Keys), diags)
	}
}
