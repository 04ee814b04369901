package ossclient

import (
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials/providers"
)

// cleanEnvironment hides whatever credentials the machine has.
func cleanEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range os.Environ() {
		name, _, _ = strings.Cut(name, "=")
		if strings.HasPrefix(name, "ALIBABA_CLOUD_") || strings.HasPrefix(name, "OSS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
}

func TestDefaultCredentialsOrder(t *testing.T) {
	cleanEnvironment(t)
	if _, err := DefaultCredentials().Key(); err == nil || !strings.Contains(err.Error(), "OSS_ACCESS_KEY_ID") {
		t.Errorf("with nothing set: %v", err)
	}

	t.Setenv("OSS_ACCESS_KEY_ID", "oss-id")
	t.Setenv("OSS_ACCESS_KEY_SECRET", "oss-secret")
	t.Setenv("OSS_SESSION_TOKEN", "oss-token")
	expectKey(t, Key{"oss-id", "oss-secret", "oss-token", "OSS_* variables"})

	file := filepath.Join(t.TempDir(), "config.json")
	profile := `{"current":"p","profiles":[{"name":"p","mode":"AK","access_key_id":"cli-id","access_key_secret":"cli-secret"}]}`
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_CONFIG_FILE", file)
	expectKey(t, Key{"cli-id", "cli-secret", "", "command line profile"})

	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-id")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "env-token")
	expectKey(t, Key{"env-id", "env-secret", "env-token", "ALIBABA_CLOUD_* variables"})
}

func expectKey(t *testing.T, want Key) {
	t.Helper()
	if got, err := DefaultCredentials().Key(); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

// flaky fails until told otherwise.
type flaky struct{ err error }

func (f *flaky) GetCredentials() (*providers.Credentials, error) {
	if f.err != nil {
		return nil, f.err
	}
	return &providers.Credentials{AccessKeyId: "id", AccessKeySecret: "secret"}, nil
}

func (f *flaky) GetProviderName() string { return "flaky" }

func TestChainAsksAllAgainAfterATotalFailure(t *testing.T) {
	t.Parallel()
	first, second := &flaky{errors.New("first is down")}, &flaky{errors.New("second is down")}
	c := &chain{sources: []source{{"one", first}, {"two", second}}}
	if _, err := c.Key(); err == nil || !strings.Contains(err.Error(), "first is down") || !strings.Contains(err.Error(), "second is down") {
		t.Errorf("got %v, want both reasons", err)
	}
	first.err = nil
	if key, err := c.Key(); err != nil || key.AccessKeyID != "id" {
		t.Errorf("the first source was not asked again: %v", err)
	}
}

func TestChainIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := &chain{sources: []source{{"one", &flaky{}}}}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if _, err := c.Key(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestRequestWithoutCredentialsIsNotSent(t *testing.T) {
	t.Parallel()
	s, c := newScript(t, ok(nil))
	c.sdk.Config.CredentialsProvider = sdkCredentials{&chain{}}
	_, err := c.HeadObject(t.Context(), "bucket", "key")
	var none *CredentialsError
	if !errors.As(err, &none) || len(s.seen()) != 0 {
		t.Errorf("got %v after %d requests", err, len(s.seen()))
	}
}

// Environment of the child process that takes on a role: only a process of its own can trust another authority.
const (
	roleEndpoint = "OSSCLIENT_TEST_STS"
	roleToken    = "OSSCLIENT_TEST_STS_TOKEN"
	roleCalls    = 2
)

func TestMain(m *testing.M) {
	if endpoint := os.Getenv(roleEndpoint); endpoint != "" {
		assumeRoleChild(endpoint)
		return
	}
	os.Exit(m.Run())
}

// assumeRoleChild prints the keys of a role, asked for again and again as during a long apply.
func assumeRoleChild(endpoint string) {
	c, err := AssumedCredentials(StaticCredentials{AccessKeyID: "base-id", AccessKeySecret: "base-secret", SecurityToken: os.Getenv(roleToken)}, AssumeRole{
		RoleARN: "acs:ram::1:role/deploy", SessionName: "pipeline", Policy: `{"Version":"1"}`, Expiration: 900, ExternalID: "ext", endpoint: endpoint,
	})
	for range roleCalls {
		var key Key
		if err == nil {
			key, err = c.Key()
		}
		fmt.Println(key.AccessKeyID, key.AccessKeySecret, key.SecurityToken, err)
	}
}

// Temporary keys are asked for with what the role says, kept while they last, and renewed in time.
func TestAssumedCredentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		life time.Duration
		want string
	}{
		"long-lived": {time.Hour, "id-1 secret-1 token-1 <nil>\nid-1 secret-1 token-1 <nil>\n"},
		"expiring":   {time.Minute, "id-1 secret-1 token-1 <nil>\nid-2 secret-2 token-2 <nil>\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			out := askRole(t, "", func(w http.ResponseWriter, r *http.Request) {
				calls++
				if r.ParseForm() != nil || r.Form.Get("Action") != "AssumeRole" || r.Form.Get("RoleArn") != "acs:ram::1:role/deploy" || r.Form.Get("RoleSessionName") != "pipeline" ||
					r.Form.Get("Policy") != `{"Version":"1"}` || r.Form.Get("DurationSeconds") != "900" || r.Form.Get("ExternalId") != "ext" || r.Form.Get("AccessKeyId") != "base-id" {
					t.Errorf("asked STS for %v", r.Form)
				}
				fmt.Fprintf(w, `{"Credentials":{"AccessKeyId":"id-%[1]d","AccessKeySecret":"secret-%[1]d","SecurityToken":"token-%[1]d","Expiration":%[2]q}}`,
					calls, time.Now().Add(tc.life).UTC().Format(time.RFC3339))
			})
			if out != tc.want {
				t.Errorf("got %q; want %q", out, tc.want)
			}
		})
	}
}

// askRole is what a process prints that takes on a role, with STS played by answer.
func askRole(t *testing.T, token string, answer http.HandlerFunc) string {
	t.Helper()
	sts := httptest.NewTLSServer(answer)
	t.Cleanup(sts.Close)
	authority := filepath.Join(t.TempDir(), "authority.pem")
	pemText := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sts.Certificate().Raw})
	if err := os.WriteFile(authority, pemText, 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "SSL_CERT_FILE="+authority, roleEndpoint+"="+strings.TrimPrefix(sts.URL, "https://"), roleToken+"="+token)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestProfileCredentials(t *testing.T) {
	cleanEnvironment(t)
	file := filepath.Join(t.TempDir(), "config.json")
	profiles := `{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"a-id","access_key_secret":"a-secret"},
		{"name":"b","mode":"StsToken","access_key_id":"b-id","access_key_secret":"b-secret","sts_token":"b-token"}]}`
	if err := os.WriteFile(file, []byte(profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_CONFIG_FILE", file)
	// Keys in the environment do not answer for a profile that was named.
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-id")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	c, err := ProfileCredentials("b")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := c.Key(); err != nil || key != (Key{"b-id", "b-secret", "b-token", `command line profile "b"`}) {
		t.Errorf("got %+v, %v", key, err)
	}
	c, err = ProfileCredentials("absent")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := c.Key(); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("got %+v, %v; want an error that names the profile", key, err)
	}
}
