package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Values come from sensitive variables, too. A word is put into every place of values with every fault that is known
// here, and no message repeats it.
func TestNoMessageShowsAValue(t *testing.T) {
	t.Parallel()
	const secret = "zq9x"
	told := 0
	holds := func(where string, found []finding.Finding) {
		for _, v := range found {
			told++
			if strings.Contains(strings.ToLower(v.Detail+v.Summary), secret) {
				t.Errorf("%s: %s", where, v.Detail)
			}
		}
	}
	faults := []string{"a\xffb", "a\nb", "a\x01b", " a", "a ", "a\tb", "\u3000", "a\u0085b", "a%b", strings.Repeat("v", 300)}
	spread := func(value string, check func(string)) {
		for at := 0; at <= len(value); at++ {
			check(value[:at] + secret + value[at:])
		}
	}
	for _, tt := range grammarTests {
		spread(tt.value, func(value string) { holds(tt.name, CheckHeader(tt.name, value)) })
	}
	for _, fault := range faults {
		spread(fault, func(value string) {
			for _, name := range StandardHeaders {
				holds(name, CheckHeader(name, value))
				holds(name, CheckSignedHeaders(InURL, map[string]string{name: value}))
			}
			holds("metadata", CheckUserMetadata(map[string]string{"owner": value}))
			holds("tags", CheckTags(map[string]string{"owner": value}))
			for _, name := range uploadHeaders {
				holds(name, CheckSignedHeaders(InForm, map[string]string{name: value}))
			}
			holds("filename", CheckFilename(value))
			holds("key", CheckEncryptionKeyID(value))
			holds("credential", []finding.Finding{{Detail: CheckCredential("The key", value)}})
		})
	}
	for _, tagging := range []string{"a=1&a=2", "a=%zz", "a=b%26c", "a%26=b", strings.Repeat("a", 130) + "=b", "=b", "a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1"} {
		spread(tagging, func(value string) {
			holds("x-oss-tagging", CheckSignedHeaders(InForm, map[string]string{"x-oss-tagging": value}))
		})
	}
	if told < 2000 {
		t.Errorf("only %d messages were seen", told)
	}
	t.Log(fmt.Sprint(told, " messages"))
}
