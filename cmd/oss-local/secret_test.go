package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// What is printed at start ends up in logs: it has the defaults, and no secret that somebody chose.
func TestNoChosenSecretIsPrinted(t *testing.T) {
	t.Parallel()
	const secret, token = "zq9secret", "zq9token"
	for _, tt := range []struct {
		name        string
		args        []string
		environment string
		keySecret   string // that signs
		words       string
	}{
		{"default", nil, "", defaultSecret, `access_key_secret = "local-secret"`},
		{"by the flag", []string{"--access-key-secret", secret}, "", secret, "OSS_ACCESS_KEY_SECRET to the secret that this server was given"},
		{"by the environment", nil, secret, secret, "OSS_ACCESS_KEY_SECRET to the secret that this server was given"},
		{"by both", []string{"--access-key-secret", secret}, "zq9other", secret, "OSS_ACCESS_KEY_SECRET"},
		{"the default by the flag", []string{"--access-key-secret", defaultSecret}, secret, defaultSecret, `access_key_secret = "local-secret"`},
		{"with a token", []string{"--security-token", token}, "", defaultSecret, "OSS_SESSION_TOKEN to the token"},
	} {
		c, err := parse(tt.args, tt.environment, io.Discard)
		if err != nil || c.keySecret != tt.keySecret {
			t.Errorf("%s: signs with %q, %v", tt.name, c.keySecret, err)
		}
		var out bytes.Buffer
		hint(&out, c, "127.0.0.1:9000")
		if !strings.Contains(out.String(), tt.words) || strings.Contains(out.String(), "zq9") || !strings.Contains(out.String(), `endpoint          = "http://127.0.0.1:9000"`) {
			t.Errorf("%s: %s", tt.name, &out)
		}
	}
	var help bytes.Buffer
	if _, err := parse([]string{"--help"}, secret, &help); err == nil || strings.Contains(help.String(), secret) || !strings.Contains(help.String(), secretVariable) {
		t.Errorf("%v: %s", err, &help)
	}
}

// The process takes its secret from the environment.
func TestSecretOfTheEnvironment(t *testing.T) {
	t.Parallel()
	p := launchIn(t, []string{secretVariable + "=zq9secret"}, "--bucket", "demo")
	put := func(secret string) error {
		client, err := oss.New(p.URL, "local-id", secret, oss.AuthVersion(oss.AuthV4), oss.Region("cn-hangzhou"))
		if err != nil {
			return err
		}
		bucket, err := client.Bucket("demo")
		if err != nil {
			return err
		}
		return bucket.PutObject("k", strings.NewReader("x"))
	}
	if err := put("zq9secret"); err != nil {
		t.Error(err)
	}
	if err := put(defaultSecret); err == nil {
		t.Error("the default signs, too")
	}
	if out := p.Stderr(); strings.Contains(out, "zq9") {
		t.Errorf("printed: %s", out)
	}
}
