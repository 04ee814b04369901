package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
)

// stranger answers everything alike and is not OSS.
type stranger struct {
	status int
	html   bool
	asked  atomic.Int64
}

func (s *stranger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Server", "nginx")
	if s.status == http.StatusMovedPermanently {
		w.Header().Set("Location", "https://login.example.com/")
	}
	if s.html {
		w.Header().Set("Content-Type", "text/html")
	}
	w.WriteHeader(s.status)
	if s.html && r.Method != http.MethodHead {
		io.WriteString(w, "<html><body>Please log in</body></html>")
	}
}

const strangerResources = `
resource "oss_object" "kept" {
  bucket   = "BUCKET"
  key      = "kept.txt"
  content  = "kept"
  acl      = "private"
  tags     = { team = "web" }
  metadata = { owner = "emma" }
}
resource "oss_object" "versions" {
  bucket          = "BUCKET"
  key             = "versions.txt"
  content         = "versions"
  deletion_policy = "delete_all_versions"
}
resource "oss_bucket_cors" "rules" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://a.example.com"]
    allowed_methods = ["GET"]
  }
}
`

// strangerChanges has an update by a copy, one by an upload, one of ACL and tags, and creations of all kinds.
const strangerChanges = `
resource "oss_object" "kept" {
  bucket   = "BUCKET"
  key      = "kept.txt"
  content  = "kept"
  acl      = "public-read"
  tags     = {}
  metadata = { owner = "noah" }
}
resource "oss_object" "versions" {
  bucket          = "BUCKET"
  key             = "versions.txt"
  content         = "other versions"
  deletion_policy = "delete_all_versions"
}
resource "oss_bucket_cors" "rules" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://b.example.com"]
    allowed_methods = ["PUT"]
  }
}
resource "oss_object" "created" {
  bucket  = "BUCKET"
  key     = "created.txt"
  content = "created"
}
resource "oss_object" "overwriting" {
  bucket          = "BUCKET"
  key             = "overwriting.txt"
  content         = ""
  allow_overwrite = true
}
resource "oss_object" "taken" {
  bucket          = "BUCKET"
  key             = "taken.txt"
  allow_overwrite = true
}
resource "oss_bucket_cors" "created" {
  bucket          = "other-bucket"
  allow_overwrite = true
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
  }
}
`

const strangerData = `
data "oss_object" "data" {
  bucket    = "BUCKET"
  key       = "kept.txt"
  read_body = true
  read_acl  = true
  read_tags = true
}
data "oss_objects" "data" {
  bucket = "BUCKET"
}
data "oss_bucket_cors" "data" {
  bucket = "BUCKET"
}
data "oss_cors_preflight" "data" {
  bucket = "BUCKET"
  origin = "https://a.example.com"
  method = "GET"
}
data "oss_metadata_violations" "data" {
  bucket          = "BUCKET"
  metadata_policy = { rules = [{ name = "owner", metadata = { owner = { required = true } } }] }
}
resource "oss_object" "copied" {
  bucket = "BUCKET"
  key    = "copied.txt"
  copy_source {
    bucket = "BUCKET"
    key    = "kept.txt"
  }
}
`

const strangerImport = `
resource "oss_object" "imported" {
  bucket = "BUCKET"
  key    = "kept.txt"
}
resource "oss_bucket_cors" "imported" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://a.example.com"]
    allowed_methods = ["GET"]
  }
}
`

// stateResources is the part of the state that says what there is; a failed run may still count up its serial number.
func (w *workspace) stateResources() any {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	if err != nil {
		w.t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(data, &state); err != nil {
		w.t.Fatal(err)
	}
	return state["resources"]
}

// strangers answer everything alike, each in another way.
func strangers() map[string]*stranger {
	return map[string]*stranger{
		"200": {status: 200}, "204": {status: 204}, "301": {status: 301}, "403": {status: 403}, "404": {status: 404},
		"200 HTML": {status: 200, html: true}, "404 HTML": {status: 404, html: true},
	}
}

// strangerLife is a resource that is there, and what it shall become.
type strangerLife struct {
	kind            string
	config, changed map[string]any
}

func strangerLives(o *testOSS) []strangerLife {
	object := func(key string, more map[string]any) map[string]any {
		return with(map[string]any{"bucket": o.bucket, "key": key}, more)
	}
	return []strangerLife{
		{"oss_object", object("kept.txt", map[string]any{"content": "kept", "acl": "private", "tags": map[string]any{"team": "web"}, "metadata": map[string]any{"owner": "emma"}}),
			object("kept.txt", map[string]any{"content": "kept", "acl": "public-read", "tags": map[string]any{}, "metadata": map[string]any{"owner": "noah"}})},
		{"oss_object", object("versions.txt", map[string]any{"content": "versions", "deletion_policy": "delete_all_versions"}),
			object("versions.txt", map[string]any{"content": "other versions", "deletion_policy": "delete_all_versions"})},
		{"oss_bucket_cors", map[string]any{"bucket": o.bucket, "cors_rule": oneCORSRule("https://a.example.com", "GET")},
			map[string]any{"bucket": o.bucket, "cors_rule": oneCORSRule("https://b.example.com", "PUT")}},
	}
}

func oneCORSRule(origin, method string) []any {
	return []any{map[string]any{"allowed_origins": []any{origin}, "allowed_methods": []any{method}}}
}

// strangerCreations are creations of all kinds, the last of which fails when it is planned.
func strangerCreations(o *testOSS) []strangerLife {
	return []strangerLife{
		{"oss_object", map[string]any{"bucket": o.bucket, "key": "created.txt", "content": "created"}, nil},
		{"oss_object", map[string]any{"bucket": o.bucket, "key": "overwriting.txt", "content": "", "allow_overwrite": true}, nil},
		{"oss_object", map[string]any{"bucket": o.bucket, "key": "taken.txt", "allow_overwrite": true}, nil},
		{"oss_bucket_cors", map[string]any{"bucket": "other-bucket", "allow_overwrite": true, "cors_rule": oneCORSRule("*", "GET")}, nil},
		{"oss_object", map[string]any{"bucket": o.bucket, "key": "copied.txt", "copy_source": map[string]any{"bucket": o.bucket, "key": "kept.txt"}}, nil},
	}
}

// expectStranger plays something that has to end with the word that it was not OSS who answered, to a request.
func (s *stranger) expectStranger(p *protocol, url, status, what string, play func()) {
	p.t.Helper()
	asked := s.asked.Load()
	said := p.attempt(play)
	for _, words := range []string{"something other than OSS answered at " + url + ": " + status, `Server: "nginx"`} {
		if !strings.Contains(said, words) {
			p.t.Errorf("%s: it does not say %q: %s", what, words, said)
		}
	}
	if s.asked.Load() == asked {
		p.t.Errorf("%s: nobody was asked", what)
	}
}

// Nothing is concluded from an answer that OSS did not give (OSS-266): not that an object, its rules or its bucket are
// gone, not that one was written or deleted, not what is there. Whatever is done, the state stays as it was.
func TestStrangerIsNotOSS(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	seed := o.protocol()
	there := []*protocolResource{}
	for _, life := range strangerLives(o) {
		r := seed.manage(life.kind, life.config)
		r.apply()
		there = append(there, r)
	}
	for name, s := range strangers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(s)
			t.Cleanup(server.Close)
			elsewhere := *o
			elsewhere.t, elsewhere.endpoint = t, server.URL
			p := elsewhere.protocol()
			try := func(what string, play func()) {
				t.Helper()
				s.expectStranger(p, server.URL, name[:3], what, play)
			}
			for i, life := range strangerLives(o) {
				before, r := there[i], *there[i]
				r.p = p
				at := fmt.Sprint(life.kind, " ", life.config["key"])
				for _, what := range []string{"refresh", "destroy", "update"} {
					try(what+" of "+at, map[string]func(){"refresh": r.refresh, "destroy": r.deposed, "update": func() {
						r.config = life.changed
						r.applyTo(r.written(), r.plan())
					}}[what])
					if !reflect.DeepEqual(r.state, before.state) || !bytes.Equal(r.private, before.private) {
						t.Errorf("%s of %s: the state is another than it was", what, at)
					}
				}
				try("import of "+at, func() { p.importByID(life.kind, r.importID()) })
			}
			for _, life := range strangerCreations(o) {
				r := p.manage(life.kind, life.config)
				try(fmt.Sprint("creation of ", life.config["key"]), r.apply)
				if !r.isNull(r.state) {
					t.Errorf("creation of %s: it is in the state", life.config["key"])
				}
			}
			for kind, config := range map[string]map[string]any{
				"oss_object":              {"key": "kept.txt", "read_body": true, "read_acl": true, "read_tags": true},
				"oss_objects":             nil,
				"oss_bucket_cors":         nil,
				"oss_cors_preflight":      {"origin": "https://a.example.com", "method": "GET"},
				"oss_metadata_violations": {"metadata_policy": ownershipPolicy()},
			} {
				try("data "+kind, func() { p.data(kind, with(config, map[string]any{"bucket": o.bucket})) })
			}
		})
	}
	kept, versions := o.object("kept.txt"), o.object("versions.txt")
	t.Cleanup(func() {
		if !sameObject(kept, o.object("kept.txt")) || !sameObject(versions, o.object("versions.txt")) {
			t.Error("an object was changed")
		}
	})
}

// In runs of Terraform, a stranger's 404 for everything leaves the state as it was.
func TestStrangerIsNotOSSInARun(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.config(strangerResources)
	w.apply()
	s := strangers()["404"]
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	elsewhere := *o
	elsewhere.endpoint = server.URL
	w.oss = &elsewhere
	before := w.stateResources()
	kept, versions := o.object("kept.txt"), o.object("versions.txt")

	try := func(config string, addresses []string, args ...string) {
		t.Helper()
		w.config(config)
		asked := s.asked.Load()
		out := w.fails(append([]string{"something other than OSS answered at " + server.URL + ": 404", `Server: "nginx"`}, addresses...), append(args, "-no-color")...)
		if n := strings.Count(flatten(out), "something other than OSS"); n < len(addresses) {
			t.Errorf("terraform %s: %d errors for %q:\n%s", args[0], n, addresses, out)
		}
		if s.asked.Load() == asked {
			t.Errorf("terraform %s: nobody was asked", args[0])
		}
		if after := w.stateResources(); !reflect.DeepEqual(before, after) {
			t.Errorf("terraform %s: the state is now %v, and was %v", args[0], after, before)
		}
	}
	managed := []string{"oss_object.kept", "oss_object.versions", "oss_bucket_cors.rules"}
	try(strangerResources, managed, "apply", "-refresh-only", "-auto-approve")
	try(strangerResources, managed, "apply", "-auto-approve", "-destroy", "-refresh=false")
	try(strangerChanges, append([]string{"oss_object.created", "oss_object.overwriting", "oss_object.taken", "oss_bucket_cors.created"}, managed...),
		"apply", "-auto-approve", "-refresh=false")
	try(strangerData, []string{"data.oss_object.data", "data.oss_objects.data", "data.oss_bucket_cors.data", "data.oss_cors_preflight.data",
		"data.oss_metadata_violations.data", "oss_object.copied"}, "plan", "-refresh=false")
	try(strangerImport, []string{"oss_object.imported"}, "import", "oss_object.imported", o.bucket+"/kept.txt")
	try(strangerImport, []string{"oss_bucket_cors.imported"}, "import", "oss_bucket_cors.imported", o.bucket)
	if !sameObject(kept, o.object("kept.txt")) || !sameObject(versions, o.object("versions.txt")) {
		t.Error("an object was changed")
	}
}
