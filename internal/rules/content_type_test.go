package rules

import (
	"maps"
	"mime"
	"strings"
	"testing"
)

func TestContentType(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"index.html":                             "text/html",
		"site/INDEX.HTML":                        "text/html",
		"a.b/c":                                  DefaultContentType,
		"a.html/":                                DefaultContentType,
		"":                                       DefaultContentType,
		"noextension":                            DefaultContentType,
		"trailing.":                              DefaultContentType,
		"x.unknown":                              DefaultContentType,
		"app.js":                                 "application/javascript",
		"app.mjs":                                "application/javascript",
		"app.js.map":                             "application/json",
		"app.webmanifest":                        "application/manifest+json",
		"wifi.mobileconfig":                      "application/x-apple-aspen-config",
		"ticket.pkpass":                          "application/vnd.apple.pkpass",
		"tiles/1/2/3.pbf":                        "application/x-protobuf",
		"tiles/1/2/3.mvt":                        "application/vnd.mapbox-vector-tile",
		"app.ipa":                                "application/octet-stream",
		"app.apk":                                "application/vnd.android.package-archive",
		"manifest.plist":                         "application/x-plist",
		"photo.heic":                             "image/heic",
		"scene.glb":                              "model/gltf-binary",
		"table.parquet":                          "application/vnd.apache.parquet",
		"events.ndjson":                          "application/x-ndjson",
		"map.geojson":                            "application/geo+json",
		"meeting.ics":                            "text/calendar",
		"captions.vtt":                           "text/vtt",
		"live/manifest.mpd":                      "application/dash+xml",
		"sound.mxmf":                             "audio/mobile-xmf", // of IANA's list alone
		".well-known/apple-app-site-association": "application/json",
		"apple-app-site-association/":            DefaultContentType,
		"backup-of-apple-app-site-association":   DefaultContentType,
		"m.wasm":                                 "application/wasm",
		"p.avif":                                 "image/avif",
		"p.WebP":                                 "image/webp",
		"f.woff2":                                "font/woff2",
		"backup.tar.gz":                          "application/gzip",
		"backup.tgz":                             "application/gzip",
		"v.mp4":                                  "video/mp4",
		"live/seg-1.ts":                          "video/mp2t",
		"live/index.m3u8":                        "application/vnd.apple.mpegurl",
		"a.svg":                                  "image/svg+xml",
		"feed.xml":                               "text/xml",
		"report.docx":                            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"数据.csv":                                 "text/csv",
		".html":                                  "text/html",
		"weird name (1).tar.7z":                  "application/x-7z-compressed",
	} {
		if got := ContentType(key); got != want {
			t.Errorf("ContentType(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestContentTypeTable(t *testing.T) {
	t.Parallel()
	if len(contentTypes) < 200 || len(ianaTypes) < 800 {
		t.Errorf("the tables know only %d and %d extensions", len(contentTypes), len(ianaTypes))
	}
	all := maps.Clone(ianaTypes)
	maps.Copy(all, contentTypes)
	for extension, contentType := range all {
		if extension != strings.ToLower(extension) || strings.ContainsAny(extension, "./ ") {
			t.Errorf("extension %q can never be looked up", extension)
		}
		parsed, parameters, err := mime.ParseMediaType(contentType)
		if err != nil || parsed != contentType || len(parameters) > 0 {
			t.Errorf("%s: %q is not a plain lower-case media type (%v)", extension, contentType, err)
		}
		if found := CheckHeader("Content-Type", contentType); len(found) > 0 {
			t.Errorf("%s: our own check finds %+v", extension, found)
		}
	}
}
