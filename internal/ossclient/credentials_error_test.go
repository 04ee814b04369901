package ossclient

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secrets are planted wherever a source of credentials can meet them; none may come out in an error.
var secrets = []string{"SECRETKEY", "SECRETTOKEN", "SECRETQUERY", "SECRETPASSWORD", "Signature="}

func expectNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("the error gives %s away: %s", secret, text)
		}
	}
}

// answers are what a server of credentials may say in place of them, with what the error has to name.
var answers = map[string]struct {
	status int
	body   string
	want   string
}{
	"refusal in JSON":     {403, `{"Code":"EntityNotExist.Role","Message":"signed SECRETKEY SECRETTOKEN","RequestId":"1"}`, "EntityNotExist.Role"},
	"refusal in text":     {500, "broken: SECRETKEY and SECRETTOKEN", "failed"},
	"HTML":                {502, "<html>SECRETKEY</html>", "failed"},
	"keys without a part": {200, `{"AccessKeyId":"id","AccessKeySecret":"SECRETKEY","Credentials":{"AccessKeyId":"id","AccessKeySecret":"SECRETKEY"}}`, ""},
	"no JSON":             {200, "SECRETKEY SECRETTOKEN", ""},
	"cut off":             {200, `{"AccessKeySecret":"SECRETKEY","SecurityToken":"SECRETTO`, ""},
}

func TestFailuresOfSTSHoldNoSecret(t *testing.T) {
	t.Parallel()
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := askRole(t, "SECRETTOKEN", func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(answer.status)
				fmt.Fprint(w, answer.body)
			})
			expectNoSecret(t, out)
			if !strings.Contains(out, "acs:ram::1:role/deploy") || !strings.Contains(out, answer.want) {
				t.Errorf("got %q; want the role and %q", out, answer.want)
			}
		})
	}
}

// STS is asked with the keys in the query, which net/http quotes when no answer comes.
func TestUnreachableSTSHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for name, endpoint := range map[string]string{"refused": "127.0.0.1:1", "unknown name": "sts.invalid"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := AssumedCredentials(StaticCredentials{AccessKeyID: "id", AccessKeySecret: "SECRETKEY", SecurityToken: "SECRETTOKEN"}, AssumeRole{RoleARN: "acs:ram::1:role/deploy", endpoint: endpoint})
			if err == nil {
				_, err = c.Key()
			}
			if err == nil || !strings.Contains(err.Error(), endpoint) {
				t.Fatalf("got %v; want an error that names %s", err, endpoint)
			}
			expectNoSecret(t, err.Error())
			if strings.Contains(err.Error(), "AccessKeyId") {
				t.Errorf("the error quotes the query: %v", err)
			}
		})
	}
}

func TestFailuresOfTheCredentialsURIHoldNoSecret(t *testing.T) {
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			cleanEnvironment(t)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(answer.status)
				fmt.Fprint(w, answer.body)
			}))
			t.Cleanup(server.Close)
			t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", server.URL+"/path?key=SECRETQUERY")
			expectDefaultFails(t, server.URL)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		cleanEnvironment(t)
		t.Setenv("ALIBABA_CLOUD_CREDENTIALS_URI", "http://user:SECRETPASSWORD@127.0.0.1:1/?key=SECRETQUERY")
		expectDefaultFails(t, "127.0.0.1:1")
	})
}

// A file that is not what it should be is quoted whole by the library that reads it.
func TestFailuresOfFilesHoldNoSecret(t *testing.T) {
	for name, tc := range map[string]struct{ variable, text, want string }{
		"command line profile, cut off":     {"ALIBABA_CLOUD_CONFIG_FILE", `{"profiles":[{"access_key_secret":"SECRETKEY"`, "config.json"},
		"command line profile, without any": {"ALIBABA_CLOUD_CONFIG_FILE", `{"profiles":[]}`, "config.json has no profile"},
		"command line profile, of a program": {"ALIBABA_CLOUD_CONFIG_FILE",
			`{"current":"p","profiles":[{"name":"p","mode":"External","process_command":"sh -c \"echo SECRETKEY >&2; exit 3\""}]}`, "exit status 3"},
		"shared file, not in its form": {"ALIBABA_CLOUD_CREDENTIALS_FILE", "SECRETKEY\n", "shared credentials file"},
		"shared file, without a type":  {"ALIBABA_CLOUD_CREDENTIALS_FILE", "[default]\naccess_key_secret = SECRETKEY\n", "shared credentials file"},
	} {
		t.Run(name, func(t *testing.T) {
			cleanEnvironment(t)
			file := filepath.Join(t.TempDir(), "config.json")
			if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv(tc.variable, file)
			expectDefaultFails(t, tc.want)
		})
	}
}

// Every place is named with what it lacks, in the words of somebody who wants to set it up.
func TestNoCredentialsNamesEveryPlace(t *testing.T) {
	cleanEnvironment(t)
	expectDefaultFails(t, "ALIBABA_CLOUD_ACCESS_KEY_ID is not set", "ALIBABA_CLOUD_OIDC_TOKEN_FILE is not set",
		"there is no file "+filepath.Join(os.Getenv("HOME"), ".aliyun/config.json"), "there is no file "+filepath.Join(os.Getenv("HOME"), ".alibabacloud/credentials"),
		"OSS_ACCESS_KEY_ID is not set", "ALIBABA_CLOUD_ECS_METADATA_DISABLED switches it off")
}

func expectDefaultFails(t *testing.T, want ...string) {
	t.Helper()
	_, err := DefaultCredentials().Key()
	var none *CredentialsError
	if !errors.As(err, &none) {
		t.Fatalf("got %v; want a CredentialsError", err)
	}
	expectNoSecret(t, err.Error())
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("got %v; want %q in it", err, w)
		}
	}
}

func TestURLErrorsKeepTheCauseAlone(t *testing.T) {
	t.Parallel()
	err := &url.Error{Op: "Get", URL: "https://u:SECRETPASSWORD@host.invalid/p?q=SECRETQUERY", Err: errors.New("no route to host")}
	if got, want := withoutSecrets(fmt.Errorf("wrapped: %w", err)), "get https://host.invalid: no route to host"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An answer that refuses the key comes with the place where the key was found, any other without.
func TestRefusedKeyHasAPlace(t *testing.T) {
	t.Parallel()
	for code, tc := range map[string]struct {
		status int
		from   string
	}{
		"InvalidAccessKeyId": {403, "flaky place"}, "AccessDenied": {403, "flaky place"}, "NoSuchKey": {404, ""}, "InvalidArgument": {400, ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Oss-Request-Id", "1")
			w.WriteHeader(tc.status)
			_, _ = w.Write([]byte("<Error><Code>" + code + "</Code></Error>"))
		}))
		t.Cleanup(server.Close)
		c, err := New(Config{Region: "cn-hangzhou", Endpoint: server.URL, Credentials: &chain{sources: []source{{"flaky place", &flaky{}}}}})
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err := c.ObjectACL(t.Context(), "bucket", "k"); !errors.As(err, &e) || e.Code != code || e.KeyFrom != tc.from {
			t.Errorf("%s: %+v", code, e)
		}
	}
}
