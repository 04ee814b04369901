package provider

import (
	"testing"
	"unicode"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// What the rules let through at the ends of a value arrives as it was written, through the SDK, net/http and a signature.
func TestEndsOfValuesSurvive(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.local()
	client, err := ossclient.New(ossclient.Config{
		Region: o.region, Endpoint: o.endpoint, Credentials: ossclient.StaticCredentials{AccessKeyID: testKeyID, AccessKeySecret: testSecret},
	})
	o.must(err)
	edges := []rune{'é', '中', '\u180e', '\u200b', '\u200d', '\u2060', '\ufeff', '\ufffd', '\U0001f600'}
	for r := rune(' '); r <= '\u3000'; r++ {
		if r <= '\u00ff' || unicode.IsSpace(r) {
			edges = append(edges, r)
		}
	}
	passed, refused := 0, 0
	for _, r := range edges {
		value := string(r) + "a b" + string(r)
		allowed := len(rules.CheckMetadataValue("owner", value)) == 0
		for _, v := range rules.CheckHeader("Expires", value) {
			allowed = allowed && v.Severity != finding.Error
		}
		if !allowed {
			refused++
			continue
		}
		passed++
		write := ossclient.Write{Bucket: o.bucket, Key: "k", Headers: ossclient.Headers{ContentType: "text/plain", Expires: value}, Metadata: map[string]string{"owner": value}}
		if _, err := client.PutObject(t.Context(), write); err != nil {
			t.Errorf("%U: %v", r, err)
			continue
		}
		head, err := client.HeadObject(t.Context(), o.bucket, "k")
		o.must(err)
		if head.Metadata["owner"] != value || head.Expires != value {
			t.Errorf("%U: %q and %q came back, %q was written", r, head.Metadata["owner"], head.Expires, value)
		}
	}
	if passed < 150 || refused < 20 {
		t.Errorf("%d passed, %d refused: that proves nothing", passed, refused)
	}
}
