package callback

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

func TestCheckBody(t *testing.T) {
	t.Parallel()
	const form = FormType
	tests := []struct {
		bodyType, body, slugs string
		severity              finding.Severity // of the first
		words                 string           // in the first
	}{
		{form, "bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}", "", 0, ""},
		{"", "h=${imageInfo.height}&w=${imageInfo.width}&f=${imageInfo.format}&c=${crc64}&m=${contentMd5}&v=${vpcId}&i=${clientIp}&r=${reqId}&op=${operation}", "", 0, ""},
		{form, "price=5$&o=${object}", "", 0, ""},
		{form, "price=$5&o=${object}", "", 0, ""},
		{form, "a%20b=%E4%B8%AD&o=${object}", "", 0, ""},
		{form, "u=${x:user}", "", 0, ""},
		{form, "", "callback-body-empty", finding.Error, "wants one"},
		{form, "o=\xff", "callback-body-utf8", finding.Error, "UTF-8"},
		{form, "o=${}", "callback-body-form", finding.Error, "without a name"},
		{form, "o=${ object }", "callback-body-form", finding.Error, `write "${object}"`},
		{form, "o=$(object)", "callback-body-form", finding.Error, `write "${object}"`},
		{form, "o=$object", "callback-body-form", finding.Warning, `write "${object}"`},
		{form, "o=$x:user", "callback-body-form", finding.Warning, `write "${x:user}"`},
		{form, "o={object}", "callback-body-form callback-body-constant", finding.Warning, `write "${object}"`},
		{form, "o={{ object }}&s=${size}", "callback-body-form callback-body-encoding", finding.Warning, `has "{{ object }}"`},
		{form, "o=%{object}&s=${size}", "callback-body-form callback-body-encoding", finding.Warning, `write "${object}"`},
		{form, "o=${object&s=${size}", "callback-body-form", finding.Error, `without a closing brace at position 3`},
		{form, "o=${", "callback-body-form", finding.Error, `a variable like "${object}"`},
		{form, "o=$${object}", "callback-body-dollars", finding.Warning, "in a file write one"},
		{form, "o=${objct}", "callback-variable-unknown", finding.Error, `Did you mean "${object}"?`},
		{form, "o=${Object}", "callback-variable-unknown", finding.Error, `Did you mean "${object}"?`},
		{form, "m=${mimetype}", "callback-variable-unknown", finding.Error, `Did you mean "${mimeType}"?`},
		{form, "h=${imageInfo.heigth}", "callback-variable-unknown", finding.Error, `Did you mean "${imageInfo.height}"?`},
		{form, "h=${somethingNew}", "callback-variable-unknown", finding.Error, "position 3 that is not among those of OSS"},
		{form, "h=${user}", "callback-variable-unknown", finding.Error, `write "${x:user}"`},
		{form, "h=${x:usr}", "callback-variable-missing", finding.Warning, `Did you mean "${x:user}"?`},
		{form, "h=${x:elsewhere}", "callback-variable-missing", finding.Warning, "at position 3 that is not in variables"},
		{form, "o=${object}&d=a b", "callback-body-encoding", finding.Warning, "a space"},
		{form, "o=${object}&d=中", "callback-body-encoding", finding.Warning, "Percent-encode"},
		{form, "o=${object}&d=100%", "callback-body-encoding", finding.Warning, "%25"},
		{form, "o=${object}&d=%2x", "callback-body-encoding", finding.Warning, "%25"},
		{form, "bucket=&o=${object}", "callback-body-value", finding.Warning, "$${…}"},
		{form, "bucket=&object=", "callback-body-value callback-body-value", finding.Warning, `without a value, number 1 of those between "&"`},
		{form, "done", "callback-body-constant", finding.Warning, "the same for every upload"},
		{form, `{"o":${object}}`, "callback-body-type-json", finding.Warning, `body_type = "application/json"`},

		{JSONType, `{"o":${object},"s":${size},"n":[1,${x:user}],"t":"text"}`, "", 0, ""},
		{JSONType, ` [ ${object} ] `, "", 0, ""},
		{JSONType, `{${x:user}:1}`, "", 0, ""},
		{JSONType, `{"a \" ${" :${object}}`, "callback-body-form", finding.Error, "closing brace"},
		{JSONType, `{"o":"${object}"}`, "callback-body-quoted", finding.Error, "without quotes around, and not with jsonencode"},
		{JSONType, `{"o":"oss://${bucket}/${object}"}`, "callback-body-quoted callback-body-quoted", finding.Error, `"${bucket}"`},
		{JSONType, `{"o":"\"${object}"}`, "callback-body-quoted", finding.Error, ""},
		{JSONType, `{"o":${object},}`, "callback-body-json", finding.Error, "'}' (U+007D) is out of place at position 16"},
		{JSONType, `{"o":${object}`, "callback-body-json", finding.Error, "ends too early"},
		{JSONType, `{"o":${object}} x`, "callback-body-json", finding.Error, "after its end, from position 17 on"},
		{JSONType, `{'o':${object}}`, "callback-body-json", finding.Error, "(U+0027) is out of place at position 2"},
		{JSONType, `bucket=${bucket}`, "callback-body-json", finding.Error, "'b' (U+0062) is out of place at position 1"},
		{JSONType, `{"o":{object}}`, "callback-body-form callback-body-json callback-body-constant", finding.Warning, `write "${object}"`},
		{JSONType, `{"o":1}`, "callback-body-constant", finding.Warning, "the same for every upload"},
		{JSONType, "\ufeff{\"o\":${object}}", "callback-body-json", finding.Error, "U+FEFF is out of place at position 1"},
	}
	for _, tt := range tests {
		t.Run(tt.body, func(t *testing.T) {
			t.Parallel()
			got := Check(sound(func(c *Callback) { c.Body, c.BodyType = tt.body, tt.bodyType }))
			wellFormed(t, got)
			got = slices.DeleteFunc(got, func(p Problem) bool { return p.Rule == "callback-variable-unused" })
			if list := strings.Join(slugs(got), " "); list != tt.slugs {
				t.Fatalf("got %q, want %q: %+v", list, tt.slugs, got)
			}
			if len(got) > 0 && (got[0].Severity != tt.severity || got[0].Field != FieldBody || !strings.Contains(got[0].Detail, tt.words)) {
				t.Errorf("got %+v", got[0])
			}
		})
	}
}

func TestUnusedVariable(t *testing.T) {
	t.Parallel()
	c := sound(func(c *Callback) { c.Variables["order"] = "5" })
	expect(t, c, "callback-variable-unused", finding.Warning, `Write "${x:order}" there`)
	if got := Check(c); got[0].Element != "order" || got[0].Field != FieldVariables {
		t.Errorf("got %+v", got)
	}
}

// substitute puts values into a template as OSS does for JSON: strings with quotes.
func substitute(body string, value string) string {
	encoded, _ := json.Marshal(value)
	return replaceRefs(body, refs(body), func(r ref) string {
		if r.form == braced {
			return string(encoded)
		}
		return body[r.start:r.end]
	})
}

// A JSON body without an error gives JSON whatever its variables stand for; one that
// has an error about its quotes or its JSON gives none. Nothing panics, and what has
// no error can be encoded and read back.
func FuzzTemplate(f *testing.F) {
	for _, body := range []string{
		`{"o":${object}}`, `{"o":"${object}"}`, `{"a":"\\","o":${x:user}}`, `o=${object}&s=$(size)`, `${${}$x$`, "{\"o\":\"\\${object}\"}", "$${a}", `{{object}}`, `[${a b}]`,
	} {
		f.Add(body, `say "hi"`, JSONType)
		f.Add(body, "\\", "")
	}
	f.Fuzz(func(t *testing.T, body, value, bodyType string) {
		c := sound(func(c *Callback) { c.Body, c.BodyType, c.Variables["user"] = body, bodyType, value })
		found := Check(c)
		wellFormed(t, found)
		if !hasError(found) && bodyType == JSONType {
			if result := substitute(body, value); !json.Valid([]byte(result)) {
				t.Errorf("%q passes and becomes %q", body, result)
			}
		}
		callback, variables, err := Encode(c)
		if (err != nil) != hasError(found) {
			t.Fatalf("Encode says %v, Check %+v", err, found)
		}
		if err == nil {
			decoded := decode(t, callback)
			if decoded["callbackBody"] != body || decode(t, variables)["x:user"] != value {
				t.Errorf("%q and %q come back as %v", body, value, decoded)
			}
		}
	})
}
