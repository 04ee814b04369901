package ossclient

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

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
	expectKey(t, Key{"oss-id", "oss-secret", "oss-token"})

	file := filepath.Join(t.TempDir(), "config.json")
	profile := `{"current":"p","profiles":[{"name":"p","mode":"AK","access_key_id":"cli-id","access_key_secret":"cli-secret"}]}`
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALIBABA_CLOUD_CONFIG_FILE", file)
	expectKey(t, Key{"cli-id", "cli-secret", ""})

	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "env-id")
	t.Setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "env-secret")
	t.Setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "env-token")
	expectKey(t, Key{"env-id", "env-secret", "env-token"})
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
