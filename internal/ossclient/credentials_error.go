package ossclient

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// CredentialsError says that no key could be had, so that no request was sent.
type CredentialsError struct {
	Tried []TriedSource // in the order in which they were asked
}

// TriedSource is a place that was searched for a key, and what it lacked. Neither holds a secret.
type TriedSource struct {
	Name   string // such as "ALIBABA_CLOUD_* variables"
	Reason string // without a full stop
}

// Error lists the sources that were asked.
func (e *CredentialsError) Error() string {
	if len(e.Tried) == 0 {
		return "no credentials"
	}
	parts := make([]string, len(e.Tried))
	for i, t := range e.Tried {
		parts[i] = t.Name + ": " + t.Reason
	}
	return "no credentials found: " + strings.Join(parts, "; ")
}

// tried turns the error of a source into what may be shown of it.
func tried(name string, err error) TriedSource {
	// A source that stands on another one, as a role does on the keys that assume it, fails with the other's error.
	if inner := (*CredentialsError)(nil); errors.As(err, &inner) {
		return TriedSource{name, inner.Error()}
	}
	text := withoutSecrets(err)
	for _, l := range lacks {
		if l.form.MatchString(text) {
			// Of a longer text only the part that fits is worth showing.
			text = l.form.ReplaceAllString(l.form.FindString(text), l.words)
			break
		}
	}
	return TriedSource{name, text}
}

// What credentials-go says of a source that simply is not there, and the words of somebody who wants to set it up.
var lacks = []struct {
	form  *regexp.Regexp
	words string
}{
	{regexp.MustCompile(`must be specified via environment variable \((\w+)\)`), "$1 is not set"},
	{regexp.MustCompile(`.*open ([^:]+): no such file or directory`), "there is no file $1"},
	{regexp.MustCompile(`the OIDCTokenFilePath is empty`), "ALIBABA_CLOUD_OIDC_TOKEN_FILE is not set"},
	{regexp.MustCompile(`the OIDCProviderARN is empty`), "ALIBABA_CLOUD_OIDC_PROVIDER_ARN is not set"},
	{regexp.MustCompile(`the RoleArn is empty`), "ALIBABA_CLOUD_ROLE_ARN is not set"},
	{regexp.MustCompile(`IMDS credentials is disabled`), "ALIBABA_CLOUD_ECS_METADATA_DISABLED switches it off"},
	{regexp.MustCompile(`the CLI profile is disabled`), "ALIBABA_CLOUD_CLI_PROFILE_DISABLED switches it off"},
	{regexp.MustCompile(`no any configured profiles in '(.+)'`), "$1 has no profile"},
	{regexp.MustCompile(`unable to get profile with '(.+)'`), "there is no profile $1"},
}

// The forms in which credentials-go 1.4 quotes an answer, a file or a program's output whole. What follows the first
// group may hold keys and is not shown.
var quotedWhole = []*regexp.Regexp{
	regexp.MustCompile(`(?s)^(get credentials from .*? failed): .*`),
	regexp.MustCompile(`(?s)^(refresh credentials from .*? failed): .*`),
	regexp.MustCompile(`(?s)^(refresh session token failed): .*`),
	regexp.MustCompile(`(?s)^(get session token(?: from \w+)? failed): .*`),
	regexp.MustCompile(`(?s)^(refresh session token err, fail to get credentials from OAuth): .*`),
	regexp.MustCompile(`(?s)^(failed to refresh token from OAuth): .*`),
	regexp.MustCompile(`(?s)^(refresh Ecs sts token err, httpStatus: \d+), message = .*`),
	regexp.MustCompile(`(?s)^(ERROR: Can not open file)[^o].*`), // "open …" is the operating system's error, anything else the parser's
	regexp.MustCompile(`(?s)^(unmarshal aliyun cli config from '[^']*' failed): .*`),
	regexp.MustCompile(`(?s)^(failed to execute external command: [^\n]*)\n.*`),
}

var (
	// The one part of an STS error document that cannot hold a key, and says what is wrong.
	documentCode = regexp.MustCompile(`"Code"\s*:\s*"([A-Za-z][A-Za-z.]{0,60})"`)
	anyURL       = regexp.MustCompile(`(https?://)[^\s"'<>]+`)
	someDocument = regexp.MustCompile(`(?s)[{<\[].*`)
)

// withoutSecrets words an error of credentials-go, the SDK or net/http with what was done, the host, the status and the
// cause. The query of a URL is dropped, since STS is asked with the key, the token and the signature in it; so is
// whatever an answer, a file or a program said, which may be the keys themselves.
func withoutSecrets(err error) string {
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		return strings.ToLower(outer.Op) + " " + hostOf(outer.URL) + ": " + withoutSecrets(outer.Err)
	}
	text := err.Error()
	code := documentCode.FindStringSubmatch(text)
	for _, form := range quotedWhole {
		if form.MatchString(text) {
			text = form.ReplaceAllString(text, "$1")
			break
		}
	}
	text = someDocument.ReplaceAllString(text, "(a document that is not shown)")
	text = anyURL.ReplaceAllStringFunc(text, hostOf)
	if code != nil {
		text += ": " + code[1]
	}
	return strings.TrimRight(text, " .\n")
}

// hostOf is the scheme and host of a URL.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "a URL"
	}
	return u.Scheme + "://" + u.Host
}
