package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// ramPolicy is a policy as RAM takes it. A statement beside what is needed holds what only helps: without it the provider
// goes on by other means.
type ramPolicy struct {
	Version   string
	Statement []ramStatement
}

type ramStatement struct {
	Effect   string
	Action   []string
	Resource string
}

// ramUse is what somebody does with a policy of the guide to pipelines.
type ramUse struct {
	before  func(*ramStage)             // what somebody did who may do everything; nil is nothing
	objects map[string]string           // that are there
	play    func(*ramStage)             // the whole of it
	more    func(*ramStage)             // what goes on by other means without the actions that only help; nil is nothing
	helps   []string                    // these actions
	fault   func(c ossserver.Call) bool // a request that more has OSS refuse; nil is none
}

var ramUses = map[string]ramUse{
	"Objects": {play: func(s *ramStage) { s.lives(nil) }, more: (*ramStage).uploadsLargeFiles,
		helps: []string{"oss:AbortMultipartUpload", "oss:GetBucketVersioning", "oss:ListMultipartUploads"},
		fault: func(c ossserver.Call) bool { return c.Key == "refused.bin" && c.Operation == "UploadPart" }},
	"Objects with ACL and tags": {play: func(s *ramStage) {
		s.lives(map[string]any{"acl": "private", "tags": map[string]any{"team": "web"}})
	}, helps: []string{"oss:GetBucketVersioning"}},
	"A directory": {play: (*ramStage).publishes, helps: []string{"oss:GetBucketVersioning"}},
	"Headers and metadata of what others upload": {objects: map[string]string{"reports/a.csv": "a", "reports/b.csv": "b"}, play: func(s *ramStage) {
		for _, owner := range []string{"emma", "evan"} {
			s.apply("oss_directory", map[string]any{"bucket": s.o.bucket, "prefix": "reports/", "metadata": map[string]any{"owner": owner}})
		}
		s.destroy()
	}},
	"CORS rules": {play: func(s *ramStage) {
		for _, age := range []int{60, 600} {
			s.apply("oss_bucket_cors", map[string]any{"bucket": s.o.bucket, "cors_rule": []any{
				map[string]any{"allowed_origins": []any{"https://www.example.com"}, "allowed_methods": []any{"GET"}, "max_age_seconds": age}}})
		}
		s.destroy()
	}},
	"Looking for drift": {objects: map[string]string{"site/a.txt": "a"}, before: (*ramStage).prepareDrift, play: func(s *ramStage) {
		for _, r := range s.there {
			r.p = s.p
			r.planAll()
		}
	}},
	"An audit": {objects: map[string]string{"a.txt": "a"}, play: func(s *ramStage) {
		s.reads("oss_metadata_violations", map[string]any{"bucket": s.o.bucket, "metadata_policy": ownershipPolicy()})
	}},
}

// TestRAMPolicies plays each use under its policy: all of it is allowed, and all that is allowed is used. Whoever begins with
// no permission and grants what each message names comes to the same policy.
func TestRAMPolicies(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it uploads large files")
	}
	policies := guidePolicies(t)
	if names := slices.Sorted(maps.Keys(ramUses)); !slices.Equal(names, slices.Sorted(maps.Keys(policies))) {
		t.Fatalf("the guide has policies for %q, the test for %q", slices.Sorted(maps.Keys(policies)), names)
	}
	for _, name := range slices.Sorted(maps.Keys(ramUses)) { // that of a directory, which waits most, first
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			use, policy := ramUses[name], policies[name]
			s := newRAMStage(t, use, policy)
			if said := s.attempt(use.play); said != "" {
				t.Fatalf("under the policy of the guide: %s", said)
			}
			if use.more != nil {
				if said := s.attempt(use.more); said != "" {
					t.Fatalf("under the policy of the guide: %s", said)
				}
			}
			if used := slices.Sorted(maps.Keys(s.used)); !slices.Equal(used, policy.actions()) {
				t.Errorf("the policy allows %q, and %q is used", policy.actions(), used)
			}
			needed := slices.DeleteFunc(policy.actions(), func(action string) bool { return slices.Contains(use.helps, action) })
			if named := grantWhatIsNamed(t, use); !slices.Equal(named, needed) {
				t.Errorf("the messages lead to a policy of %q, the guide has %q", named, needed)
			}
		})
	}
}

// The page of a resource names what its policies allow.
func TestPagesNameThePermissions(t *testing.T) {
	t.Parallel()
	policies := guidePolicies(t)
	for page, uses := range map[string][]string{
		"object":      {"Objects", "Objects with ACL and tags"},
		"directory":   {"A directory", "Headers and metadata of what others upload"},
		"bucket_cors": {"CORS rules"},
	} {
		text, err := os.ReadFile("../../templates/resources/" + page + ".md.tmpl")
		if err != nil {
			t.Fatal(err)
		}
		_, part, _ := strings.Cut(string(text), "\n## Permissions\n")
		for _, use := range uses {
			for _, action := range policies[use].actions() {
				if !strings.Contains(part, "`"+action+"`") {
					t.Errorf("the page %s does not name %s", page, action)
				}
			}
		}
	}
}

// grantWhatIsNamed begins with no permission and grants what is named until everything is allowed.
func grantWhatIsNamed(t *testing.T, use ramUse) []string {
	t.Helper()
	granted := []string{}
	for range 20 {
		s := newRAMStage(t, use, ramPolicy{Statement: []ramStatement{{"Allow", granted, "acs:oss:*:*:*"}}})
		said := s.attempt(use.play)
		if said == "" {
			return granted
		}
		before := len(granted)
		for _, action := range regexp.MustCompile(`oss:[A-Z]\w+`).FindAllString(said, -1) {
			if !slices.Contains(granted, action) {
				granted = append(granted, action)
			}
		}
		if len(granted) == before {
			t.Fatalf("with %q allowed it says, and names nothing that is missing: %s", granted, said)
		}
		slices.Sort(granted)
	}
	t.Fatalf("with %q allowed it still fails", granted)
	return nil
}

// guidePolicies are the policies of the guide, by the headings above them.
func guidePolicies(t *testing.T) map[string]ramPolicy {
	t.Helper()
	page, err := os.ReadFile("../../templates/guides/pipelines.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]ramPolicy{}
	for _, part := range regexp.MustCompile("(?ms)^### ([^\n]+)\n[^#]*?^```json\n(.*?)^```").FindAllStringSubmatch(string(page), -1) {
		var policy ramPolicy
		decoder := json.NewDecoder(strings.NewReader(part[2]))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&policy); err != nil {
			t.Fatalf("%s: %v", part[1], err)
		}
		if policy.Version != "1" || len(policy.Statement) == 0 {
			t.Errorf("%s: RAM does not take this policy: %+v", part[1], policy)
		}
		for _, statement := range policy.Statement {
			if statement.Effect != "Allow" || !strings.HasPrefix(statement.Resource, "acs:oss:*:*:example") {
				t.Errorf("%s: %+v", part[1], statement)
			}
		}
		found[part[1]] = policy
	}
	return found
}

func (p ramPolicy) actions() []string {
	all := []string{}
	for _, statement := range p.Statement {
		all = append(all, statement.Action...)
	}
	slices.Sort(all)
	return all
}

// allows reports whether a statement allows the action on the resource.
func (p ramPolicy) allows(need [2]string) bool {
	return slices.ContainsFunc(p.Statement, func(s ramStatement) bool {
		prefix, all := strings.CutSuffix(s.Resource, "*")
		return slices.Contains(s.Action, need[0]) && (need[1] == s.Resource || all && strings.HasPrefix(need[1], prefix))
	})
}

// needsOf is what RAM wants for a request, on which resource, as the server's side reads OSS-390 and OSS-224.
func needsOf(c ossserver.Call) [][2]string {
	arn := "acs:oss:*:*:" + c.Bucket
	object := arn + "/" + c.Key
	switch c.Operation {
	case "HeadObject":
		return [][2]string{{"oss:GetObject", object}}
	case "PutObject":
		return append(tagNeeds(c, object), [2]string{"oss:PutObject", object})
	case "InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload":
		return [][2]string{{"oss:PutObject", object}}
	case "PutObjectACL":
		return [][2]string{{"oss:PutObjectAcl", object}}
	case "CopyObject":
		source, _ := url.PathUnescape(c.Header.Get("X-Oss-Copy-Source"))
		from := "acs:oss:*:*:" + strings.TrimPrefix(source, "/")
		needs := append(tagNeeds(c, object), [2]string{"oss:PutObject", object}, [2]string{"oss:GetObject", from})
		if c.Header.Get("X-Oss-Tagging-Directive") != "Replace" {
			needs = append(needs, [2]string{"oss:GetObjectTagging", from})
		}
		return needs
	case "DeleteMultipleObjects":
		return [][2]string{{"oss:DeleteObject", arn + "/*"}}
	case "ListObjectsV2":
		return [][2]string{{"oss:ListObjects", arn}}
	}
	if c.Key != "" {
		return [][2]string{{"oss:" + c.Operation, object}}
	}
	return [][2]string{{"oss:" + c.Operation, arn}}
}

func tagNeeds(c ossserver.Call, object string) [][2]string {
	if c.Header.Get("X-Oss-Tagging") == "" {
		return nil
	}
	return [][2]string{{"oss:PutObjectTagging", object}}
}

// ramStage is a server that holds a key to a policy, and the provider at work with that key.
type ramStage struct {
	t    *testing.T
	o    *testOSS
	p    *protocol
	r    *protocolResource
	mu   sync.Mutex
	used map[string]bool // actions; a directory makes several requests at a time

	there []*protocolResource // what is there already
}

func newRAMStage(t *testing.T, use ramUse, policy ramPolicy) *ramStage {
	t.Helper()
	s := &ramStage{t: t, used: map[string]bool{}}
	enforced := false
	server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if !enforced {
			return nil
		}
		for _, need := range needsOf(c) {
			if !policy.allows(need) {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "You have no right to access this object because of bucket acl."}
			}
			s.mu.Lock()
			s.used[need[0]] = true
			s.mu.Unlock()
		}
		if use.fault != nil && use.fault(c) {
			return &ossserver.Fault{Status: 400, Code: "InvalidDigest", Message: "no"}
		}
		return nil
	}}
	s.o = startServer(t, server)
	s.o.must(server.CreateBucket("example"))
	s.o.bucket = "example"
	for key, body := range use.objects {
		s.o.must(s.o.sdk().PutObject(key, strings.NewReader(body), oss.Meta("owner", "nobody")))
	}
	s.p = s.o.protocol()
	if use.before != nil {
		use.before(s)
		s.p = s.o.protocol() // of a later run
	}
	enforced = true
	return s
}

// prepareDrift makes what a later run looks at.
func (s *ramStage) prepareDrift() {
	for _, made := range []struct {
		name   string
		config map[string]any
	}{
		{"oss_object", map[string]any{"bucket": s.o.bucket, "key": "k.txt", "content": "one", "acl": "private", "tags": map[string]any{"team": "web"}}},
		{"oss_directory", map[string]any{"bucket": s.o.bucket, "prefix": "site/", "metadata": map[string]any{"owner": "emma"}}},
		{"oss_bucket_cors", map[string]any{"bucket": s.o.bucket, "cors_rule": []any{
			map[string]any{"allowed_origins": []any{"https://www.example.com"}, "allowed_methods": []any{"GET"}}}}},
	} {
		r := s.p.manage(made.name, made.config)
		r.apply()
		s.there = append(s.there, r)
	}
}

// ownershipPolicy is [{ name = "ownership", metadata = { owner = { required = true } } }].
func ownershipPolicy() tftypes.Value {
	object := func(name string, value tftypes.Value) tftypes.Value {
		return tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{name: value.Type()}}, map[string]tftypes.Value{name: value})
	}
	demands := object("owner", object("required", tftypes.NewValue(tftypes.Bool, true)))
	rule := map[string]tftypes.Value{"name": tftypes.NewValue(tftypes.String, "ownership"), "metadata": demands}
	kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"name": tftypes.String, "metadata": demands.Type()}}
	return tftypes.NewValue(tftypes.Tuple{ElementTypes: []tftypes.Type{kind}}, []tftypes.Value{tftypes.NewValue(kind, rule)})
}

// attempt plays something and returns what the provider said when it gave up; "" is nothing.
func (s *ramStage) attempt(play func(*ramStage)) string {
	return s.p.attempt(func() { play(s) })
}

// apply applies a configuration of the resource, a new one if it is another than before, and plans nothing after it.
func (s *ramStage) apply(name string, config map[string]any) {
	if s.r == nil || s.r.name != name {
		s.r = s.p.manage(name, nil)
	}
	s.r.config = config
	s.r.apply()
	s.r.planAll()
}

// destroy is that of a later run: a process does not delete what it has made itself, which create_before_destroy needs.
func (s *ramStage) destroy() {
	catch := s.p.t
	s.p = s.o.protocol()
	s.p.t, s.r.p = catch, s.p
	s.r.destroy()
	s.r = nil
}

func (s *ramStage) reads(name string, config map[string]any) {
	s.p.noErrors(s.p.readData(name, config))
}

// lives takes an object through a life: created, with other metadata, with another body, destroyed. What is extra is managed
// as well: given, changed and taken away.
func (s *ramStage) lives(extra map[string]any) {
	for i, body := range []string{"one", "one", "two"} {
		config := map[string]any{"bucket": s.o.bucket, "key": "k.txt", "content": body, "metadata": map[string]any{"revision": fmt.Sprint(min(i, 1))}}
		maps.Copy(config, extra)
		s.apply("oss_object", config)
	}
	if extra != nil {
		for _, tags := range []map[string]any{{"team": "data"}, {}} {
			s.apply("oss_object", map[string]any{"bucket": s.o.bucket, "key": "k.txt", "content": "two", "metadata": map[string]any{"revision": "1"}, "acl": "public-read", "tags": tags})
		}
	}
	s.destroy()
}

// uploadsLargeFiles uploads one in parts, and one whose parts are refused. Plans and a destroy ask nothing of them that they do
// not ask of small ones, and read them each time.
func (s *ramStage) uploadsLargeFiles() {
	file := filepath.Join(s.t.TempDir(), "large.bin")
	s.o.must(os.WriteFile(file, nil, 0o600))
	s.o.must(os.Truncate(file, 64<<20))
	upload := func(key string) {
		s.p.manage("oss_object", map[string]any{"bucket": s.o.bucket, "key": key, "source": file}).apply()
	}
	upload("large.bin")
	said := s.attempt(func(*ramStage) { upload("refused.bin") })
	if !strings.Contains(said, "InvalidDigest") {
		s.t.Errorf("an upload whose parts are refused says %q", said)
	}
}

// publishes takes a site through a life: created, with other headers, with a page more and one less and another ACL, destroyed.
func (s *ramStage) publishes() {
	site := s.t.TempDir()
	file := func(name string) string { return path.Join(filepath.ToSlash(site), name) }
	for i, owner := range []string{"emma", "evan", "evan"} {
		s.o.must(os.WriteFile(file("index.html"), []byte("page"), 0o600))
		s.o.must(os.WriteFile(file(fmt.Sprintf("%d.html", i)), []byte("page"), 0o600))
		if i > 0 {
			s.o.must(os.Remove(file(fmt.Sprintf("%d.html", i-1))))
		}
		s.apply("oss_directory", map[string]any{"bucket": s.o.bucket, "source": site, "metadata": map[string]any{"owner": owner}, "file": []any{
			map[string]any{"match": []any{"**"}, "acl": []string{"public-read", "public-read", "private"}[i]}}})
	}
	s.destroy()
}
