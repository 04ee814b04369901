package finding

import (
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	sixty := strings.Repeat("a", 60)
	tests := map[string]string{
		"":                              `""`,
		"a\"b":                          `"a\"b"`,
		sixty:                           `"` + sixty + `"`,
		sixty + "b":                     `"` + sixty + `…"`,
		sixty[:59] + "é" + "x":          `"` + sixty[:59] + `…"`,
		sixty[:58] + "é" + "x":          `"` + sixty[:58] + `é…"`,
		sixty[:57] + "\U0001F600" + "x": `"` + sixty[:57] + `…"`,
	}
	for in, want := range tests {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
	if got := Quote(strings.Repeat("\x80", 100)); !strings.HasSuffix(got, `…"`) || len(got) > 60*4+10 {
		t.Errorf("quote of continuation bytes alone = %s", got)
	}
}

func TestSeverityWords(t *testing.T) {
	t.Parallel()
	if Error.String() != "error" || Warning.String() != "warning" {
		t.Errorf("got %q and %q", Error, Warning)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"values", "pattern", "required", "max_length", "forbidden"}
	for word, want := range map[string]string{
		"patern": "pattern", "pattren": "pattern", "Values": "values", "value": "values", "requierd": "required", "maxlength": "max_length",
		"x": "", "": "", "severity": "", "val": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if d := distance("kitten", "sitting", 10); d != 3 {
		t.Errorf("distance = %d", d)
	}
	if d := distance("abcd", "acbd", 10); d != 1 {
		t.Errorf("two swapped letters are %d differences", d)
	}
}

func TestFirstPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"né\nx": "a line break (U+000A) at position 3",
		"a&b":   "'&' (U+0026) at position 2",
		"\x01":  "the control character U+0001 at position 1",
		" ":     "a space (U+0020) at position 1",
	} {
		got, found := FirstPlace(text, func(r rune) bool { return r < 'a' })
		if got != want || !found {
			t.Errorf("%q: %q", text, got)
		}
	}
	if got, found := FirstPlace("abc", func(rune) bool { return false }); found {
		t.Error(got)
	}
}

func TestPlacesInTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 0, "caf\u00e9": 0, "\ufffd": 0, "\xff": 1, "é\xffa": 3, "ab\xe4": 3} {
		if got := InvalidUTF8(text); got != want {
			t.Errorf("%q is not UTF-8 from byte %d on, want %d", text, got, want)
		}
	}
	for rest, want := range map[string]int{"éa, b": 1, ", b": 3, "b": 5, "": 6} {
		if got := Position("éa, b", rest); got != want {
			t.Errorf("%q begins at %d, want %d", rest, got, want)
		}
	}
}
