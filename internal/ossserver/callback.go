package ossserver

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// callback is a checked upload callback (OSS-090 to OSS-098): whom to inform of a stored object, and what.
type callback struct {
	targets  []callbackTarget
	host     string // of the Host header; "" is the target's own
	body     []templatePart
	bodyType string
	sni      bool
	headers  []xmlField // additional ones, by name
	vars     map[string]string
	image    imageInfo // filled while the body is at hand, if the template asks for it
}

const (
	maxCallback     = 5 << 10 // OSS-091, of the base64 text
	maxCallbackURLs = 5
	formBody        = "application/x-www-form-urlencoded"
	jsonBody        = "application/json"
)

// callbackHeaders and callbackParams carry a callback (OSS-090). InitiateMultipartUpload takes the headers too, without
// effect; other operations refuse them, since a callback that never comes is hard to find.
var (
	callbackHeaders = []string{"x-oss-callback", "x-oss-callback-var"}
	callbackParams  = []string{"callback", "callback-var"}
)

// badCallback is 400 InvalidArgument for a callback that is refused before anything is stored (OSS-093). That nothing is stored
// follows from the order of things and is a doubt (OSS-252): no test of an SDK looks.
func badCallback(ec, message, name, value string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", ec, message, "ArgumentName", name, "ArgumentValue", value)
}

// readCallback reads and checks the callback that headers or URL carry; q.callback stays nil without one.
func (q *request) readCallback() error {
	names, get := callbackHeaders, q.header
	if q.query.Has("callback") || q.query.Has("callback-var") {
		for _, name := range names {
			if value := q.header(name); value != "" {
				return badCallback("0007-00000027", "Either the callback query string parameter or the x-oss-callback header "+
					"should be specified, not both.", name, value)
			}
		}
		names, get = callbackParams, q.query.Get
	}
	text := get(names[0])
	if text == "" {
		return nil
	}
	vars, err := decodeCallbackVars(names[1], get(names[1]))
	if err != nil {
		return err
	}
	return q.setCallback(names[0], text, vars)
}

// setCallback checks a callback's text, which came in the argument name, and finds the addresses of its URLs.
func (q *request) setCallback(name, text string, vars map[string]string) error {
	cb, err := parseCallback(name, text)
	if err != nil || cb == nil {
		return err
	}
	if err := checkCallbackVars(vars); err != nil {
		return err
	}
	cb.vars = vars
	for i := range cb.targets {
		if err := q.resolveTarget(&cb.targets[i], name, text); err != nil {
			return err
		}
	}
	q.callback = cb
	return nil
}

// callbackFields are the members of the JSON text. Of callbackPolicy, the name of a policy of the bucket, OSS knows as
// well; it is answered like everything else that is not understood.
type callbackFields struct {
	url, host, body, bodyType string
	sni                       bool
	headers                   map[string]string
}

// parseCallback checks everything that needs no network; nil is a callback without a URL, which OSS takes for none.
func parseCallback(name, text string) (*callback, error) {
	bad := func(ec, message string) error { return badCallback(ec, message, name, text) }
	if len(text) > maxCallback {
		return nil, bad("0007-00000001", "The length of callback exceed max value.")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, bad("0007-00000002", "The callback configuration is not base64 encoded.")
	}
	in, err := decodeCallback(data)
	if unknown, ok := err.(unknownField); ok { //nolint:errorlint // decodeCallback returns it as it is
		return nil, notImplemented("Callback", "the callback field "+string(unknown))
	}
	if err != nil {
		return nil, bad("0007-00000003", "The callback configuration is not json format.")
	}
	if in.url == "" {
		return nil, nil
	}
	cb := &callback{host: in.host, sni: in.sni}
	urls := strings.Split(in.url, ";")
	if len(urls) > maxCallbackURLs {
		return nil, bad("0007-00000005", "The number of callback url exceed max value.")
	}
	for _, u := range urls {
		target, ok := parseCallbackURL(strings.TrimSpace(u))
		if !ok {
			return nil, bad("0007-00000004", "The callback url configuration is invalid.")
		}
		cb.targets = append(cb.targets, target)
	}
	return cb, cb.checkContent(in, bad)
}

// checkContent is about what is sent, after whom to.
func (cb *callback) checkContent(in callbackFields, bad func(ec, message string) error) error {
	if in.host != "" && !validHostName(in.host) {
		return bad("", "The callback host configuration is invalid.")
	}
	if in.body == "" {
		return bad("0007-00000011", "The callback body is empty.")
	}
	var ok bool
	if cb.body, ok = parseTemplate(in.body); !ok {
		return bad("", "The callback body is invalid.")
	}
	switch cb.bodyType = in.bodyType; cb.bodyType {
	case "":
		cb.bodyType = formBody
	case formBody, jsonBody:
	default:
		return bad("", "The body type of callback is not supported.")
	}
	for key, value := range in.headers {
		if !validAdditionalHeader(key, value) {
			return bad("0007-00000026", "The additionalHeaders of the callback configuration is invalid.")
		}
		cb.headers = append(cb.headers, xmlField{key, value})
	}
	slices.SortFunc(cb.headers, func(a, b xmlField) int { return strings.Compare(a.name, b.name) })
	return nil
}

type unknownField string

func (u unknownField) Error() string { return "unknown field " + string(u) }

// decodeCallback takes field names as they are written, which encoding/json alone would not.
func decodeCallback(data []byte) (callbackFields, error) {
	var in callbackFields
	var raw map[string]json.RawMessage
	if !utf8.Valid(data) {
		return in, unknownField("that is not UTF-8")
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return in, err
	}
	fields := map[string]any{
		"callbackUrl": &in.url, "callbackHost": &in.host, "callbackBody": &in.body, "callbackBodyType": &in.bodyType,
		"callbackSNI": &in.sni, "additionalHeaders": &in.headers,
	}
	for name, value := range raw {
		to, ok := fields[name]
		if !ok {
			return in, unknownField(name)
		}
		if err := json.Unmarshal(value, to); err != nil {
			return in, err
		}
	}
	return in, nil
}

// decodeCallbackVars reads the map of custom variables.
func decodeCallbackVars(name, text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	bad := func(ec, message string) error { return badCallback(ec, message, name, text) }
	if len(text) > maxCallback {
		return nil, bad("0007-00000101", "The length of callback var exceed max value.")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, bad("", "The callback var is not base64 encoded.")
	}
	var vars map[string]string
	if !utf8.Valid(data) || json.Unmarshal(data, &vars) != nil {
		return nil, bad("0007-00000103", "The callback var is not expecten json.")
	}
	return vars, nil
}

// checkCallbackVars wants names that begin with "x:" and have no upper-case letter. Pages ask for lower-case letters
// alone, SDK tests pass other scripts, digits and underscores (OSS-094).
func checkCallbackVars(vars map[string]string) error {
	for name, value := range vars {
		if short, ok := strings.CutPrefix(name, "x:"); !ok || short == "" || strings.ContainsAny(short, "{}") || hasUpper(short) {
			return badCallback("", "The name of the callback var is invalid.", name, value)
		}
	}
	return nil
}

func hasUpper(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' })
}

// validAdditionalHeader refuses what would end the line or replace what OSS sends itself (OSS-092).
func validAdditionalHeader(name, value string) bool {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "x-oss-") || slices.Contains(ownCallbackHeaders, lower) {
		return false
	}
	token := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}
	return name != "" && strings.IndexFunc(lower, func(r rune) bool { return !token(r) }) < 0 &&
		!strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

var ownCallbackHeaders = []string{
	"host", "connection", "content-length", "content-type", "user-agent", "authorization", "transfer-encoding", "expect", "te",
	"trailer", "upgrade",
}

// validHostName takes a domain name or an IPv4 address, without a port (OSS-092).
func validHostName(host string) bool {
	if len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if !isAlphanumeric(c) && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// parseCallbackURL takes http by default, and no IPv6 address (OSS-092).
func parseCallbackURL(text string) (callbackTarget, bool) {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return callbackTarget{}, false
		}
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !validHostName(u.Hostname()) {
		return callbackTarget{}, false
	}
	target := callbackTarget{url: u, host: strings.TrimSuffix(u.Hostname(), "."), port: u.Port()}
	switch {
	case target.port == "" && strings.HasSuffix(u.Host, ":"):
		return target, false
	case target.port == "" && u.Scheme == "https":
		target.port = "443"
	case target.port == "":
		target.port = "80"
	}
	return target, validPort(target.port)
}
