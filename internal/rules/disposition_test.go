package rules

import (
	"mime"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestContentDisposition(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"report.pdf":            `attachment; filename="report.pdf"`,
		"a b, c; d (1).pdf":     `attachment; filename="a b, c; d (1).pdf"`,
		"C++ notes.pdf":         `attachment; filename="C++ notes.pdf"`,
		"it's.pdf":              `attachment; filename="it's.pdf"`,
		"年度报告.pdf":              `attachment; filename="____.pdf"; filename*=UTF-8''%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A.pdf`,
		"C++ 笔记 1+1.pdf":        `attachment; filename="C++ __ 1+1.pdf"; filename*=UTF-8''C%2B%2B%20%E7%AC%94%E8%AE%B0%201%2B1.pdf`,
		`the "best" of.pdf`:     `attachment; filename="the _best_ of.pdf"; filename*=UTF-8''the%20%22best%22%20of.pdf`,
		"100%25.pdf":            `attachment; filename="100_25.pdf"; filename*=UTF-8''100%2525.pdf`,
		"=?UTF-8?B?5Lit?=":      `attachment; filename="=_UTF-8_B_5Lit_="; filename*=UTF-8''%3D%3FUTF-8%3FB%3F5Lit%3F%3D`,
		"größe'*~-._ 😀.txt":     `attachment; filename="gr__e'*~-._ _.txt"; filename*=UTF-8''gr%C3%B6%C3%9Fe%27%2A~-._%20%F0%9F%98%80.txt`,
		strings.Repeat("x", 50): `attachment; filename="` + strings.Repeat("x", 50) + `"`,
	} {
		got := ContentDisposition("attachment", name)
		if got != want {
			t.Errorf("%q:\n%s, want\n%s", name, got, want)
		}
		soundDisposition(t, name, got)
	}
	if got := ContentDisposition("inline", "a.pdf"); got != `inline; filename="a.pdf"` {
		t.Error(got)
	}
}

// soundDisposition holds what is written against the grammar here and against the standard library's reading.
func soundDisposition(t *testing.T, name, value string) {
	t.Helper()
	if found := CheckHeader("Content-Disposition", value); len(found) > 0 {
		t.Errorf("%q: %s is doubted: %+v", name, value, found)
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || kind != "attachment" || params["filename"] != name {
		t.Errorf("%q: %s reads as %q %q, %v", name, value, kind, params["filename"], err)
	}
}

func FuzzNewContentDisposition(f *testing.F) {
	for _, name := range []string{"a", "年 度+1.pdf", `"\%`, "''", "a\xff", "=?x?=", "\u202e", " "} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		found := CheckFilename(name)
		findingtest.WellFormed(t, found)
		if len(found) == 0 {
			soundDisposition(t, name, ContentDisposition("attachment", name))
		}
	})
}
