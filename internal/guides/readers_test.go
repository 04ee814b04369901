package guides

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

const versions = `terraform {
  required_providers {
    oss = { source = "terraform-provider-oss/oss" }
  }
}
`

// local starts a server with a bucket and has the reader's environment lead there.
func local(p *page) {
	p.t.Helper()
	p.serve("make local")
	p.env = append(p.env, "OSS_ENDPOINT=http://"+p.printed[1], "OSS_REGION=cn-hangzhou", "OSS_ACCESS_KEY_ID=local-id", "OSS_ACCESS_KEY_SECRET=local-secret")
}

// example copies a file of examples/ to the reader's folder.
func (p *page) example(from, to string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join("../../examples", from))
	p.must(err)
	p.write(to, string(text))
}

// policyReader has the usual required_providers, and the team's document beside the folder.
func policyReader(p *page) {
	rig.SkipOpenTofu(p.t, "tofu test crashes at an assert that calls a function of a provider")
	local(p)
	p.write("versions.tf", versions)
	p.example("metadata-policy/cache-by-kind/policy/policy.yaml", "../policy/policy.yaml")
	p.example("metadata-policy/cache-by-kind/policy/policy.yaml", "policy.yaml")
}

// breakPolicy plans a page that breaks the first policy of the guide and a rule of the document, and one that does not.
func breakPolicy(p *page) {
	const site = "resource \"oss_object\" \"page\" {\n  bucket = \"example\"\n  key = \"index.html\"\n  content = \"<h1>\"\n  cache_control = CACHE\n}\n"
	p.write("site.tf", strings.Replace(site, "CACHE", "null", 1))
	p.last = p.bash("terraform plan", 1)
	p.expect([]string{"Metadata Policy Violation"})
	p.write("site.tf", strings.Replace(site, "CACHE", `"no-cache"`, 1))
	p.bash("terraform plan", 0)
}

// misspell plans with a document whose third rule has a misspelt field, and unwraps what is said of it.
func misspell(p *page) {
	document := p.read("../policy/policy.yaml")
	p.write("../policy/policy.yaml", `rules:
  - { name: pages, keys: ["**/*.html"] }
  - { name: assets, keys: ["assets/**"] }
  - { name: feeds, headers: { Cache-Control: { patern: "no-cache" } } }
`)
	out := p.bash("terraform plan", 1)
	out = strings.Join(strings.Fields(strings.ReplaceAll(out, "│", " ")), " ")
	p.last = strings.ReplaceAll(out, " There is no field", "\nThere is no field")
	p.write("../policy/policy.yaml", document)
}

func testPolicy(p *page) {
	p.last = p.bash("terraform test", 0)
	p.expect([]string{`run "feeds"... pass`, "Success! 2 passed, 0 failed."})
}

// audit looks at a bucket whose objects keep the policy, and at one in which one does not.
func audit(p *page) {
	p.write("provider.tf", "provider \"oss\" {\n  metadata_policy = local.policy\n}\n")
	p.write("site.tf", "")
	audited := p.read("audit.tf")
	put := func(cache string) {
		p.write("audit.tf", "")
		p.write("site.tf", "provider \"oss\" {\n  alias = \"free\"\n}\nresource \"oss_object\" \"page\" {\n  provider = oss.free\n  bucket = \"example\"\n  key = \"site/index.html\"\n  content = \"<h1>\"\n  cache_control = \""+cache+"\"\n}\n")
		p.bash("terraform apply", 0)
		p.write("audit.tf", audited)
	}
	p.last = p.bash("terraform plan", 1)
	p.expect([]string{"No object was looked at"})
	put("no-cache")
	p.bash("terraform plan", 0)
	put("max-age=1")
	p.last = p.bash("terraform plan", 1)
	p.expect([]string{"pages-are-revalidated"})
}

// offlineReader has a configuration that is to be pointed at the server.
func offlineReader(p *page) {
	rig.SkipOpenTofu(p.t, "tofu test shows its runs in other words")
	p.example("offline-testing/main.tf", "main.tf")
}

func destroy(p *page) { p.bash("terraform destroy", 0) }

// anotherMachine is one on which nothing serves yet and that has a clone of the repository.
func anotherMachine(p *page) {
	p.stop()
	repository, err := rig.Repository(p.t.Context())
	p.must(err)
	p.must(os.Symlink(repository, filepath.Join(p.dir, "terraform-provider-oss")))
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} { // by default below the home folder
		value, err := rig.Must(p.t.Context(), rig.Command(p.t.Context(), "", nil, "go", "env", name))
		p.must(err)
		p.env = append(p.env, name+"="+strings.TrimSpace(value))
	}
}

// siteReader has a site, a bucket, and the command line of Alibaba Cloud.
func siteReader(p *page) {
	local(p)
	p.write("versions.tf", versions)
	p.write("site/index.html", "page")
	p.write("site/about.html", "page")
	p.program("aliyun", `printf '%s\n' "$@" >> aliyun.log`)
}

// apply applies twice: for a change of one page, and for nothing.
func apply(p *page) {
	p.bash("terraform init && terraform apply", 0)
	p.write("aliyun.log", "")
	p.write("site/index.html", "another page")
	p.bash("terraform apply", 0)
	p.last = p.bash("terraform apply", 0)
	p.expect([]string{"No changes."})
}

// expectRefreshes holds that the one change was refreshed, once and by its file.
func expectRefreshes(p *page) {
	if got, want := p.read("aliyun.log"), "cdn\nRefreshObjectCaches\n--ObjectType\nFile\n--ObjectPath\nhttps://www.example.com/index.html\n"; got != want {
		p.t.Errorf("the script asked %q, want %q", got, want)
	}
}

// changeHeader is somebody else's change of the cache policy of index.html.
func changeHeader(p *page) {
	client, err := oss.New("http://"+p.printed[1], "local-id", "local-secret", oss.Region("cn-hangzhou"), oss.AuthVersion(oss.AuthV4))
	p.must(err)
	bucket, err := client.Bucket("example")
	p.must(err)
	p.must(bucket.SetObjectMeta("index.html", oss.ContentType("text/html"), oss.CacheControl("no-store")))
}

// nobodyListens ends the receiver, the server that was started last, and changes the body; receiverIsBack starts it again where it was.
func nobodyListens(p *page) {
	last := len(p.servers) - 1
	p.must(p.servers[last].Stop())
	p.servers = p.servers[:last]
	p.edit("main.tf", "1450", "1451")
}

func receiverIsBack(p *page) {
	server, err := rig.Start(p.t.Context(), rig.Program{
		Path: rig.Path(built.Bin(p.t), "callback-receiver"), Args: []string{"--addr", p.printed[3], "--trust-key-url", "http://" + p.printed[1] + "/callback_pub_key_v1.pem"}, Dir: p.dir, Env: p.env,
	})
	p.must(err)
	p.servers = append(p.servers, server)
}

// exitCodeSaysNothing holds why drift.sh does not go by the exit code.
func exitCodeSaysNothing(p *page) {
	p.last = p.bash("code=0; terraform plan -refresh-only -detailed-exitcode || code=$?; terraform version; echo \"exit code $code\"", 0)
	p.expect([]string{"No changes. Your infrastructure still matches the configuration."})
	if strings.Contains(p.last, "Terraform v1.11.") {
		p.expect([]string{"exit code 2"})
	}
}

// repairWasACopy holds that the object's own repair sent no byte of its body, as the lines of the server say.
func repairWasACopy(p *page) {
	server := p.servers[0]
	for words, want := range map[string]int{"CopyObject": 1, "PutObject ": 2} { // PutObject: the first apply, and somebody
		if got := server.Count(words, "/example/hello.html"); got != want {
			p.t.Errorf("%d lines of the server say %q, not %d: %q", got, words, want, server.Lines())
		}
	}
	if server.Count("CopyObject", " in=0 ") != 1 {
		p.t.Errorf("the copy sent a body: %q", server.Lines())
	}
}
