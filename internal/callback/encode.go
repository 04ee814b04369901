package callback

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Encode returns the values of the headers x-oss-callback and x-oss-callback-var: base64
// of JSON. The same callback always gives the same text. variables is "" without custom
// variables, and the header is then left out. The error has the Errors that Check
// finds; with Warnings alone there is none.
func Encode(c Callback) (callback, variables string, err error) {
	for _, p := range Check(c) {
		if p.Severity == finding.Error {
			err = errors.Join(err, fmt.Errorf("callback %s: %s", p.Field, p.Detail))
		}
	}
	if err != nil {
		return "", "", err
	}
	callbackJSON, variablesJSON := c.json()
	return base64.StdEncoding.EncodeToString(callbackJSON), base64.StdEncoding.EncodeToString(variablesJSON), nil
}

// json returns both values before base64; variables is nil if there are none.
func (c Callback) json() (callback, variables []byte) {
	callback = compactJSON(struct {
		URL      string `json:"callbackUrl"`
		Host     string `json:"callbackHost,omitempty"`
		Body     string `json:"callbackBody"`
		BodyType string `json:"callbackBodyType,omitempty"`
		SNI      *bool  `json:"callbackSNI,omitempty"`
	}{strings.Join(c.URLs, ";"), c.Host, c.Body, c.BodyType, c.SNI})
	if len(c.Variables) == 0 {
		return callback, nil
	}
	prefixed := make(map[string]string, len(c.Variables))
	for name, value := range c.Variables {
		prefixed[variablePrefix+name] = value
	}
	return callback, compactJSON(prefixed)
}

// compactJSON leaves &, < and > as they are: escaped they would cost six bytes each
// of the 5 KB. encoding/json sorts the keys of maps.
func compactJSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("callback: marshalling plain strings: " + err.Error()) // cannot happen: strings and a boolean alone
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
