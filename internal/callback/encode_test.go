package callback

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

func encoded(text []byte) string { return base64.StdEncoding.EncodeToString(text) }

// decode reads a header value as OSS does.
func decode(t *testing.T, header string) map[string]any {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(header)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestEncode(t *testing.T) {
	t.Parallel()
	c := Callback{
		URLs: []string{"https://a.example.com/x?a=1&b=2", "http://b.example.com"}, Host: "a.example.com", SNI: new(true),
		Body: `{"o":${object},"a":${x:a},"b":${x:b},"m":"<&>"}`, BodyType: JSONType, Variables: map[string]string{"b": "2 <3", "a": "中"},
	}
	wantCallback := `{"callbackUrl":"https://a.example.com/x?a=1&b=2;http://b.example.com","callbackHost":"a.example.com",` +
		`"callbackBody":"{\"o\":${object},\"a\":${x:a},\"b\":${x:b},\"m\":\"<&>\"}","callbackBodyType":"application/json","callbackSNI":true}`
	wantVariables := `{"x:a":"中","x:b":"2 <3"}`
	for range 20 {
		callback, variables, err := Encode(c)
		if err != nil {
			t.Fatal(err)
		}
		if callback != encoded([]byte(wantCallback)) || variables != encoded([]byte(wantVariables)) {
			t.Fatalf("got %v and %v", decode(t, callback), decode(t, variables))
		}
	}
}

func TestEncodeLeavesOutWhatIsNotSet(t *testing.T) {
	t.Parallel()
	callback, variables, err := Encode(Callback{URLs: []string{"a.example.com"}, Body: "o=${object}"})
	if want := encoded([]byte(`{"callbackUrl":"a.example.com","callbackBody":"o=${object}"}`)); err != nil || callback != want || variables != "" {
		t.Errorf("got %q, %q, %v", callback, variables, err)
	}
	callback, _, err = Encode(Callback{URLs: []string{"a.example.com"}, Body: "o=${object}", SNI: new(false)})
	if v := decode(t, callback)["callbackSNI"]; err != nil || v != false {
		t.Errorf("SNI that is switched off is %v, %v", v, err)
	}
}

func TestEncodeRefusesWhatCheckCallsAnError(t *testing.T) {
	t.Parallel()
	callback, variables, err := Encode(Callback{Body: "o=${objct}"})
	if err == nil || callback != "" || variables != "" {
		t.Fatalf("got %q, %q, %v", callback, variables, err)
	}
	for _, words := range []string{"callback urls: There is no URL", "callback body: The body refers to a variable at position 3"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("error %q lacks %q", err, words)
		}
	}
	if _, _, err := Encode(Callback{URLs: []string{"http://127.0.0.1"}, Body: "o=${object}"}); err != nil {
		t.Errorf("a warning stops it: %v", err)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"objct": "object", "obejct": "object", "MIMETYPE": "mimeType", "clientip": "clientIp", "": "", "zzzzzz": "", "op": ""} {
		if got := finding.Nearest(word, systemVariables); got != want {
			t.Errorf("finding.Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
