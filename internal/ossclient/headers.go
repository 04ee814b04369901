package ossclient

import (
	"maps"
	"net/http"
)

// Headers are the standard headers that OSS stores with an object and replays, verbatim; "" means absent.
type Headers struct {
	ContentType        string
	CacheControl       string
	ContentDisposition string
	ContentEncoding    string
	ContentLanguage    string
	Expires            string
}

// All are the headers under their names. It is the one list of them: what goes through all headers goes through it.
func (h *Headers) All() map[string]*string {
	return map[string]*string{
		"Content-Type":        &h.ContentType,
		"Cache-Control":       &h.CacheControl,
		"Content-Disposition": &h.ContentDisposition,
		"Content-Encoding":    &h.ContentEncoding,
		"Content-Language":    &h.ContentLanguage,
		"Expires":             &h.Expires,
	}
}

func (h Headers) set(header map[string]string) {
	for name, value := range h.All() {
		setIf(header, name, *value)
	}
}

func headersFrom(header http.Header) Headers {
	var h Headers
	for name, value := range h.All() {
		*value = header.Get(name)
	}
	return h
}

// Hides reports whether HEAD hides a header of the object: with x-oss-force-download the Content-Disposition
// is the endpoint's answer and not the object's (OSS-036).
func (o Object) Hides(header string) bool { return header == "Content-Disposition" && o.ForcedDownload }

// HeadersOver are the headers of the object, as far as HEAD shows them, over those that are known already.
func (o Object) HeadersOver(known Headers) Headers {
	shown, h := o.Headers, known
	values := h.All()
	for name, value := range shown.All() {
		if !o.Hides(name) {
			*values[name] = *value
		}
	}
	return h
}

// SameMetadata reports whether the object has exactly these headers, as far as HEAD shows them, and this user metadata.
func (o Object) SameMetadata(h Headers, metadata map[string]string) bool {
	return o.HeadersOver(h) == h && maps.Equal(o.Metadata, metadata)
}
