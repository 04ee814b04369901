package ossserver

import (
	"bytes"
	"encoding/json"
	"net"
	"slices"
	"strconv"
	"strings"
)

// templatePart is constant text, or the variable that stands there.
type templatePart struct{ text, variable string }

// systemVariables are what OSS fills in by itself (OSS-094).
var systemVariables = []string{
	"bucket", "object", "etag", "size", "mimeType", "imageInfo.height", "imageInfo.width", "imageInfo.format", "crc64",
	"contentMd5", "vpcId", "clientIp", "reqId", "operation",
}

// parseTemplate splits a callbackBody. A name is taken as it is written; "$(name)" is refused as OSS does, an unknown or
// unfinished "${" too; any other "$" is text (OSS-094).
func parseTemplate(body string) ([]templatePart, bool) {
	var parts []templatePart
	for body != "" {
		at := strings.Index(body, "${")
		text, rest := body, ""
		if at >= 0 {
			text, rest = body[:at], body[at+2:]
		}
		if strings.Contains(text, "$(") {
			return nil, false
		}
		if text != "" {
			parts = append(parts, templatePart{text: text})
		}
		if at < 0 {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		custom, isCustom := strings.CutPrefix(name, "x:")
		if !closed || isCustom && custom == "" || !isCustom && !slices.Contains(systemVariables, name) {
			return nil, false
		}
		parts = append(parts, templatePart{variable: name})
		body = after
	}
	return parts, true
}

// wantsImage reports whether the template asks for what only the body's bytes can show.
func (cb *callback) wantsImage() bool {
	return cb != nil && slices.ContainsFunc(cb.body, func(p templatePart) bool { return strings.HasPrefix(p.variable, "imageInfo.") })
}

// fill puts the values into the template. A custom variable that was not given is empty, which is a doubt (OSS-252).
func (cb *callback) fill(values map[string]string) string {
	var b strings.Builder
	for _, p := range cb.body {
		switch value := cb.value(p.variable, values); {
		case p.variable == "":
			b.WriteString(p.text)
		case cb.bodyType == jsonBody:
			b.WriteString(jsonValue(p.variable, value))
		default:
			// A space as "%20", which every decoder of forms reads; whether OSS sends "+" is not documented (OSS-095).
			b.WriteString(encodeV4(value, false))
		}
	}
	return b.String()
}

func (cb *callback) value(name string, values map[string]string) string {
	if strings.HasPrefix(name, "x:") {
		return cb.vars[name]
	}
	return values[name]
}

// jsonValue brings its own quotes. Sizes are numbers (OSS-250), and without quotes where there is no image, too (OSS-287).
func jsonValue(name, value string) string {
	switch name {
	case "size", "imageInfo.height", "imageInfo.width":
		if value == "" {
			return "0"
		}
		return value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(value) // a string always encodes, and a buffer takes it
	return strings.TrimSuffix(b.String(), "\n")
}

// callbackValues are the system variables for a stored object.
func (q *request) callbackValues(v *version) map[string]string {
	ip := q.r.RemoteAddr
	if host, _, err := net.SplitHostPort(ip); err == nil {
		ip = host
	}
	image := q.callback.image
	values := map[string]string{
		"bucket": q.bucketName, "object": q.key, "etag": v.ETag, "size": strconv.FormatInt(v.Size, 10), "mimeType": v.ContentType,
		"crc64": strconv.FormatUint(v.CRC64, 10), "contentMd5": v.ContentMD5, "vpcId": "", "clientIp": ip, "reqId": q.id,
		"operation": q.op.name, "imageInfo.format": image.format,
	}
	if q.op.name == "CompleteMultipartUpload" { // an object of parts can have one and not show it (OSS-094)
		values["contentMd5"] = ""
	}
	if image.format != "" {
		values["imageInfo.height"], values["imageInfo.width"] = strconv.Itoa(image.height), strconv.Itoa(image.width)
	}
	return values
}
