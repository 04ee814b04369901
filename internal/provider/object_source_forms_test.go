package provider

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
)

// The forms of "café" in Unicode: NFC is Terraform's, NFD that of macOS and of many archives.
const (
	nfc = "caf\u00e9"
	nfd = "cafe\u0301"
)

func TestFindSource(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("the file system takes both forms for one")
	}
	folder := t.TempDir() + string(filepath.Separator)
	for _, name := range []string{nfd + ".html", nfd + "s/" + nfd + "/" + nfd + ".html", "both/" + nfc + "/" + nfd + ".html", "both/" + nfd + "/" + nfc + ".html", "twice/a\u0323\u0307", "twice/a\u0307\u0323"} {
		if err := os.MkdirAll(filepath.Dir(folder+name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(folder+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		nfc + ".html":                           nfd + ".html",
		nfd + ".html":                           nfd + ".html",
		"./" + nfc + ".html":                    "./" + nfd + ".html",
		nfc + "s/" + nfc + "/" + nfc + ".html":  nfd + "s/" + nfd + "/" + nfd + ".html",
		nfc + "s/../" + nfc + "s//" + nfc + "/": nfd + "s/../" + nfd + "s//" + nfd + "/",
		"both/" + nfc + "/" + nfc + ".html":     "both/" + nfc + "/" + nfd + ".html",
		"both/" + nfd + "/" + nfd + ".html":     "both/" + nfd + "/" + nfc + ".html",
		"twice/\u1ea1\u0307":                    "", // two names that are the same to Unicode
		"caf\u00e8.html":                        "",
		nfc + "s/absent":                        "",
		"absent/" + nfc + ".html":               "",
		nfc + ".html/" + nfc:                    "",
	} {
		got, err := findSource(folder + name)
		if want == "" {
			if err == nil {
				t.Errorf("%q: found %q", name, got)
			}
			continue
		}
		if err != nil || got != folder+want {
			t.Errorf("%q: %q, %v, want %q", name, got, err, want)
		}
	}
	t.Chdir(folder)
	if got, err := findSource(nfc + ".html"); got != nfd+".html" || err != nil {
		t.Errorf("relative: %q, %v", got, err)
	}
}

// What is not a path of this machine gets a message that says what it is.
func TestSourceThatIsNoPath(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	for source, words := range map[string]string{
		"oss://bucket/k":                    "copy_source",
		"s3://bucket/k":                     "copy_source",
		"https://user:S3cret@example.com/x": "Download it first",
		"file:///etc/hosts":                 `Leave "file://" out`,
		"~/x":                               `pathexpand("~/x")`,
	} {
		told := lines(v.of(resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k", "source": source}))
		if len(told) != 1 || !strings.HasPrefix(told[0], "error at source") || !strings.Contains(told[0], words) || strings.Contains(told[0], "S3cret") {
			t.Errorf("%s: %q, want %q", source, told, words)
		}
	}
	for _, source := range []string{"a:/b", "C:\\x", "~x", "x~/y"} {
		if told := lines(v.of(resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k", "source": source})); len(told) > 0 {
			t.Errorf("%s: %q", source, told)
		}
	}
	for key, words := range map[string]string{"oss://bucket/a/k": `bucket = "bucket" and key = "a/k"`, "https://b.oss-cn-hangzhou.aliyuncs.com/k": "path of the URL"} {
		told := lines(v.of(resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": key, "content": ""}))
		if len(told) != 1 || !strings.HasPrefix(told[0], "warning at key") || !strings.Contains(told[0], words) {
			t.Errorf("%s: %q, want %q", key, told, words)
		}
	}
}

// A file that is missing at plan: a typo is an error, and what something is going to make is none.
func TestMissingSource(t *testing.T) {
	t.Parallel()
	missing := bodyModel{Source: types.StringValue("absent.css")}
	hashed := bodyModel{Source: types.StringValue("absent.css"), SourceHash: types.StringValue("x")}
	later := bodyModel{Source: types.StringValue("absent.css"), SourceHash: types.StringUnknown()}
	other := bodyModel{Source: types.StringValue("other.css")}
	for name, tc := range map[string]struct {
		config bodyModel
		before *bodyModel
		want   []string
	}{
		"new":                       {missing, nil, []string{"Error: Source File Not Found"}},
		"another path":              {missing, &other, []string{"Error: Source File Not Found"}},
		"source_hash is set":        {hashed, nil, []string{"Warning: Source File Does Not Exist Yet"}},
		"source_hash is not known":  {later, nil, nil},
		"stored, and gone since":    {missing, &missing, []string{"Warning: Source File Is Gone"}}, // a destroy plans so, too
		"stored, with another hash": {hashed, &missing, []string{"Warning: Source File Does Not Exist Yet"}},
	} {
		var before *objectModel
		if tc.before != nil {
			before = &objectModel{bodyModel: *tc.before}
		}
		var diags diag.Diagnostics
		objectModel{bodyModel: tc.config}.planBody(t.Context(), nil, before, object.Memory{}, &diags)
		var got []string
		for _, d := range diags {
			got = append(got, d.Severity().String()+": "+d.Summary())
			if !strings.Contains(d.Detail(), `"absent.css"`) || !strings.Contains(d.Detail(), "source_hash") {
				t.Errorf("%s: %s", name, d.Detail())
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Whether a body is compressed is seen at plan, wherever it comes from.
func TestCodingOfABody(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "site.css")
	if err := os.WriteFile(file, []byte("\x1f\x8bxyz"), 0o600); err != nil {
		t.Fatal(err)
	}
	css, gzip := types.StringValue("a/site.css"), types.StringValue("gzip")
	for name, tc := range map[string]struct {
		m    objectModel
		want string
	}{
		"text as gzip":                       {objectModel{Key: css, bodyModel: bodyModel{Content: types.StringValue("a{}")}, headersModel: headersModel{ContentEncoding: gzip}}, "Body Is Not Gzip"},
		"gzip as gzip":                       {objectModel{Key: css, bodyModel: bodyModel{Source: types.StringValue(file)}, headersModel: headersModel{ContentEncoding: gzip}}, ""},
		"gzip as text":                       {objectModel{Key: css, bodyModel: bodyModel{Source: types.StringValue(file)}}, "Compressed Body Without Content-Encoding"},
		"base64 of gzip as text":             {objectModel{Key: css, bodyModel: bodyModel{ContentBase64: types.StringValue("H4sI")}}, "Compressed Body Without Content-Encoding"},
		"gzip as an archive":                 {objectModel{Key: types.StringValue("a.tgz"), bodyModel: bodyModel{Source: types.StringValue(file)}}, ""},
		"a type that is not known yet":       {objectModel{Key: css, bodyModel: bodyModel{Source: types.StringValue(file)}, headersModel: headersModel{ContentType: types.StringUnknown()}}, ""},
		"an encoding that is not known yet":  {objectModel{Key: css, bodyModel: bodyModel{Source: types.StringValue(file)}, headersModel: headersModel{ContentEncoding: types.StringUnknown()}}, ""},
		"an empty body":                      {objectModel{Key: css, bodyModel: bodyModel{Content: types.StringValue("")}, headersModel: headersModel{ContentEncoding: gzip}}, ""},
		"a key that is not known yet":        {objectModel{Key: types.StringUnknown(), bodyModel: bodyModel{Source: types.StringValue(file)}}, ""},
		"one byte that is not gzip":          {objectModel{Key: css, bodyModel: bodyModel{Content: types.StringValue("a")}, headersModel: headersModel{ContentEncoding: gzip}}, "Body Is Not Gzip"},
		"gzip as text that is said to be so": {objectModel{Key: types.StringValue("k"), bodyModel: bodyModel{Source: types.StringValue(file)}, headersModel: headersModel{ContentType: types.StringValue("text/html")}}, "Compressed Body Without Content-Encoding"},
	} {
		var diags diag.Diagnostics
		tc.m.planBody(t.Context(), nil, nil, object.Memory{}, &diags)
		got := ""
		for _, d := range diags {
			got += d.Summary()
		}
		if got != tc.want || diags.HasError() {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A key that exists in NFD cannot be named in Terraform, and whoever looks for it is told so.
func TestKeyInAnotherUnicodeForm(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.sdk().PutObject(nfd+".html", strings.NewReader("x")))
	p := o.protocol()
	key := func(key string) map[string]any { return map[string]any{"bucket": o.bucket, "key": key} }
	diagnostics := p.readData("oss_object", key(nfc+".html"))
	expectTold(t, diagnostics, "OSS Object Not Found", "No object", "another Unicode form (NFD", "ossutil")
	diagnostics = p.readData("oss_object", key("absent"))
	if told := lines(diagnostics); len(told) != 1 || strings.Contains(told[0], "Unicode") {
		t.Errorf("told is %q", told)
	}
	o.local().ResetRecords()
	diagnostics = p.readData("oss_object", key("\u00e9"))
	expectTold(t, diagnostics, "No object")
	if got := o.requests(); got != "HeadObject:2" {
		t.Errorf("it took %s", got)
	}
}

// A file in NFD is uploaded by its name in NFC; when it is gone, a destroy does not need it.
func TestSourceInAnotherUnicodeForm(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	w.write(nfd+".css", "a{}")
	w.config(strings.Replace(sourceConfig, `source = "site.css"`, `source = "`+nfc+`.css"`, 1))
	w.apply()
	w.write(nfd+".css", "b{}")
	if got := plannedChanges(w.apply())[testObject]; !sameNames(got.attributes, []string{"crc64", "etag", "version_id"}) {
		t.Errorf("the plan changes %q, want the body alone", got.attributes)
	}
	if got := o.body("site.css"); got != "b{}" {
		t.Errorf("body %q", got)
	}
	w.clean()
	if err := os.Remove(filepath.Join(w.dir, nfd+".css")); err != nil {
		t.Fatal(err)
	}
	if out := w.must("destroy", "-auto-approve", "-no-color"); !strings.Contains(out, "1 destroyed") {
		t.Errorf("the destroy says:\n%s", out)
	}
}
