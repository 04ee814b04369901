package callback

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// URLs come from sensitive variables, too: no message, of whichever fault, repeats a password or a token.
func TestNoMessageShowsSecretsOfURLs(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://user:PW@127.0.0.1/x?token=TOK", "https://user:PW@a.example.com/x?token=TOK", "https://user:PW@a.example.com:0/?token=TOK",
		"http://user:PW@a.example.com:99999/?token=TOK", "http://user:PW@a.example.com:x/?token=TOK", "http://user:PW@a.example.com:/?token=TOK",
		"ftp://user:PW@a.example.com/?token=TOK", "user:PW@a.example.com/?token=TOK", "user:PW@http://a.example.com/?token=TOK",
		"http://user:PW@a.example.com/x y?token=TOK", "http://user:PW@a.example.com/?token=TOK x", "http://user:PW @a.example.com",
		"http://user:PW@a.example.com;http://u:PW@b.example.com/?token=TOK", "http://user:PW@a.example.com/?a=1;token=TOK",
		"http://user:PW@a.example.com/${object}?token=TOK", "http://user:PW@a.example.com/#TOK", "http://user:PW@/?token=TOK",
		"http://user:PW@[::1]/?token=TOK", "http://user:PW@a!b.com/?token=TOK", "http://user:PW@a.example.com/%zz?token=TOK",
		"http://user:PW/x@a.example.com/?token=TOK", "http://user:PW?x@a.example.com/", "http://user:PW#x@a.example.com/", "http://user:%PW@a.example.com/",
		"a.example.com/x?token=TOK&next=ftp://b.example.com", "ftp://a.example.com/?token=TOK&mail=x@b.example.com",
	} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			c := sound(func(c *Callback) { c.URLs, c.SNI, c.Host = []string{url, url}, nil, url })
			found := Check(c)
			wellFormed(t, found)
			if len(found) < 2 {
				t.Errorf("too little is found: %+v", found)
			}
			_, _, err := Encode(c)
			texts := []string{err.Error()}
			for _, p := range found {
				texts = append(texts, p.Detail)
			}
			for _, text := range texts {
				if strings.Contains(text, "PW") || strings.Contains(text, "TOK") || strings.Contains(text, "%!") {
					t.Error(text)
				}
			}
		})
	}
}

// A body and the values of variables may be secret, too. A word is put into every place of bodies with every fault that is
// known here, and no message repeats it.
func TestNoMessageShowsABody(t *testing.T) {
	t.Parallel()
	const secret = "zq9x"
	told := 0
	for _, bodyType := range []string{FormType, JSONType} {
		for _, body := range []string{
			"o=$(object)", "o=$object", "o={object}", "o={{ object }}&s=${size}", "o=${object&s=${size}", "o=${", "o=${}", "o=${ object }", "o=${x:}", "o=$${object}", "o=${objct}", "h=${user}",
			"h=${x:usr}", "h=${x:elsewhere}", "o=${object}&d=a b", "o=${object}&d=100%", "bucket=&o=${object}", "done", "", "a\xff", `{"o":${object}}`, `{"o":"${object}"}`, `{"o":${object},}`,
			`{"o":${object}`, `{"o":${object}} x`, `{'o':${object}}`, `{"o":\x${object}}`, `{"o":"\x01"}`,
		} {
			for at := 0; at <= len(body); at++ {
				c := sound(func(c *Callback) {
					c.Body, c.BodyType = body[:at]+secret+body[at:], bodyType
					c.Variables = map[string]string{"user": "a\xff" + secret, "Upper": secret, "x:y": secret, "": secret}
				})
				for _, p := range Check(c) {
					told++
					if strings.Contains(strings.ToLower(p.Detail), secret) {
						t.Errorf("%q: %s", c.Body, p.Detail)
					}
				}
			}
		}
	}
	if told < 2000 {
		t.Errorf("only %d messages were seen", told)
	}
}

func TestQuoteURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://a.example.com/x":               `"http://a.example.com/x"`,
		"http://user:PW@127.0.0.1/x?token=TOK": `"http://…@127.0.0.1/x?…"`,
		"http://a.example.com/#x":              `"http://a.example.com/#…"`,
		"user:PW@a.example.com":                `"…@a.example.com"`,
		"user:PW@http://a.example.com":         `"…@http://a.example.com"`,
		"http://a:P/W@b.example.com/x":         `"http://…@b.example.com/x"`,
		"http://a:P?W@b.example.com/x":         `"http://…"`,
		"http://a.example.com/?mail=x@y":       `"http://a.example.com/?…"`,
		"a.example.com/x?next=http://u:PW@b":   `"a.example.com/x?…"`,
		"a b":                                  `"a b"`,
		"":                                     `""`,
	} {
		if got := quoteURL(url); got != want {
			t.Errorf("%q is shown as %s, want %s", url, got, want)
		}
	}
}

func TestHostOfAURLIsToldWithoutSecrets(t *testing.T) {
	t.Parallel()
	for host, words := range map[string]string{
		"https://user:PW@app.example.net/x?token=TOK": `The host "https://…@app.example.net/x?…" is more than a host; write "app.example.net".`,
		"https://user:P/W@app.example.net":            `The host "https://…@app.example.net" is more than a host; write "app.example.com".`,
		"app.example.net?token=TOK":                   `write "app.example.net".`,
		"https://":                                    `write "app.example.com".`,
	} {
		expect(t, sound(func(c *Callback) { c.Host = host }), "callback-host", finding.Error, words)
	}
}

func TestNamesOfVariablesInBodies(t *testing.T) {
	t.Parallel()
	with := func(body string, names ...string) Callback {
		return sound(func(c *Callback) {
			c.Body, c.BodyType, c.Variables = body, FormType, map[string]string{}
			for _, name := range names {
				c.Variables[name] = "v"
			}
		})
	}
	expect(t, with("a=${x:}"), "callback-body-form", finding.Error, `"${x:}", a custom variable without a name`)
	if _, _, err := Encode(with("a=${x:}")); err == nil {
		t.Error("an empty name was encoded")
	}
	// What is said about the variable fixes both places, so the body is not reported.
	expect(t, with("a=${x:foo}", "Foo"), "callback-variable-name", finding.Error, `write "foo"`)
	expect(t, with("a=${x:foo}", "x:foo"), "callback-variable-prefix", finding.Error, `write "foo" here`)
	got := Check(with("a=${x:colour}", "Color"))
	if len(got) != 2 || got[1].Rule != "callback-variable-missing" || !strings.Contains(got[1].Detail, `Did you mean "${x:color}"?`) {
		t.Errorf("got %+v", got)
	}
}
