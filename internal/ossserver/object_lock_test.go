package ossserver

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const lockPath = "/" + testBucket + "/?objectWorm"

func lockOf(rule string) string {
	return "<ObjectWormConfiguration><ObjectWormEnabled>Enabled</ObjectWormEnabled>" + rule + "</ObjectWormConfiguration>"
}

func defaultRetention(children string) string {
	return "<Rule><DefaultRetention>" + children + "</DefaultRetention></Rule>"
}

func retentionOf(mode string, until time.Time) string {
	return "<Retention><Mode>" + mode + "</Mode><RetainUntilDate>" + isoMillis(until) + "</RetainUntilDate></Retention>"
}

// lockable has a bucket with object-level retention and a clock to turn.
func lockable(t *testing.T) (*endpoint, *testClock) {
	t.Helper()
	clock := &testClock{now: time.Now().Truncate(time.Millisecond)}
	e := start(t, &Server{Now: clock.read})
	if err := e.s.SetVersioning(testBucket, "Enabled"); err != nil {
		t.Fatal(err)
	}
	e.must(200, call{method: "PUT", path: lockPath, body: lockOf("")})
	return e, clock
}

// version is the path of one version of a key, with more parameters.
func versionPath(key string, a answer, more string) string {
	return at(key) + "?versionId=" + url.QueryEscape(a.header.Get("x-oss-version-id")) + more
}

// TestObjectLockOfBucket is OSS-300.
func TestObjectLockOfBucket(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	put := func(body string) call { return call{method: "PUT", path: lockPath, body: body} }
	get := call{method: "GET", path: lockPath}
	e.refused(404, "NoSuchObjectWormConfiguration", get)
	e.refused(400, "InvalidRequest", put(lockOf(""))) // no versioning
	if err := e.s.SetVersioning(testBucket, "Enabled"); err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{
		"", defaultRetention("<Mode>COMPLIANCE</Mode><Days>1</Days>"), defaultRetention("<Mode>GOVERNANCE</Mode><Years>1</Years>"),
		defaultRetention("<Mode>GOVERNANCE</Mode><Days>36500</Days>"), defaultRetention("<Mode>GOVERNANCE</Mode><Years>100</Years>"),
	} {
		e.must(200, put(lockOf(rule)))
		if a := e.must(200, get); !strings.HasSuffix(strings.Join(strings.Fields(a.body), ""), lockOf(rule)) {
			t.Errorf("put %s, got %s", rule, a.body)
		}
	}
	for _, bad := range []string{
		"<ObjectWormConfiguration></ObjectWormConfiguration>",
		"<ObjectWormConfiguration><ObjectWormEnabled>Disabled</ObjectWormEnabled></ObjectWormConfiguration>",
		lockOf("<Rule></Rule>"), lockOf("<Other/>"), lockOf("<Rule><Other/></Rule>"),
		lockOf(defaultRetention("")), lockOf(defaultRetention("<Mode>COMPLIANCE</Mode>")),
		lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Days>1</Days><Years>1</Years>")),
		lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Days>0</Days>")), lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Days>36501</Days>")),
		lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Years>101</Years>")), lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Days>x</Days>")),
		lockOf(defaultRetention("<Mode>SOFT</Mode><Days>1</Days>")),
	} {
		e.refused(400, "MalformedXML", put(bad))
	}
	e.refused(400, "InvalidRequest", call{method: "PUT", path: "/" + testBucket + "/?versioning",
		body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"})
	if err := e.s.SetVersioning(testBucket, "Suspended"); err == nil {
		t.Error("SetVersioning suspended it")
	}
	e.must(405, call{method: "DELETE", path: lockPath}) // there is no way back
}

// TestNoLock is OSS-264: what is not set, in a bucket with and without object-level retention.
func TestNoLock(t *testing.T) {
	t.Parallel()
	with, _ := lockable(t)
	for name, e := range map[string]*endpoint{"without": start(t, nil), "with": with} {
		e.put("dir/k", "x", nil)
		for sub, code := range map[string]string{"retention": "NoSuchObjectRetentionConfiguration", "legalHold": "NoSuchObjectLegalHoldConfiguration"} {
			a := e.refused(404, code, call{method: "GET", path: at("dir/k") + "?" + sub})
			if a.ec() != "" || !a.has("<ObjectName>dir/k</ObjectName>") {
				t.Errorf("%s %s: %s", name, sub, a.body)
			}
			e.refused(404, "NoSuchKey", call{method: "GET", path: at("none") + "?" + sub})
			e.refused(404, "NoSuchBucket", call{method: "GET", path: "/no-such-bucket/k?" + sub})
			e.refused(404, "NoSuchBucket", call{method: "PUT", path: "/no-such-bucket/k?" + sub})
		}
		h := e.head("dir/k").header
		if h.Get(lockModeHeader) != "" || h.Get("x-oss-object-worm-legal-hold") != "" {
			t.Errorf("%s: header %v", name, h)
		}
	}
	plain := start(t, nil)
	plain.put("k", "x", nil)
	later := time.Now().Add(time.Hour)
	plain.refused(400, "InvalidRequest", call{method: "PUT", path: at("k") + "?retention", body: retentionOf("COMPLIANCE", later)})
	plain.refused(400, "InvalidRequest", call{method: "PUT", path: at("k") + "?legalHold", body: "<LegalHold><Status>ON</Status></LegalHold>"})
	plain.refused(400, "InvalidRequest", call{method: "PUT", path: at("k"), header: map[string]string{
		lockModeHeader: "COMPLIANCE", lockUntilHeader: isoMillis(later)}})
}

// TestRetention is OSS-301 and OSS-302: how a retention is set, changed and taken away, and what it keeps.
func TestRetention(t *testing.T) {
	t.Parallel()
	bypass := map[string]string{bypassHeader: "true"}
	const hour = time.Hour
	steps := []struct {
		name             string
		mode             string // of what is there, for two hours; "" is nothing
		next             string
		end              time.Duration // of the next one
		bypass           bool
		status           int
		code             string
		deleted, deletes int // the answer to a deletion afterwards, without and with the bypass
	}{
		{"set COMPLIANCE", "", "COMPLIANCE", hour, false, 200, "", 409, 409},
		{"set GOVERNANCE", "", "GOVERNANCE", hour, false, 200, "", 409, 204},
		{"extend COMPLIANCE", "COMPLIANCE", "COMPLIANCE", 3 * hour, false, 200, "", 409, 409},
		{"extend GOVERNANCE", "GOVERNANCE", "GOVERNANCE", 3 * hour, false, 200, "", 409, 204},
		{"shorten COMPLIANCE", "COMPLIANCE", "COMPLIANCE", hour, false, 403, "AccessDenied", 409, 409},
		{"shorten COMPLIANCE with bypass", "COMPLIANCE", "COMPLIANCE", hour, true, 403, "AccessDenied", 409, 409},
		{"shorten GOVERNANCE", "GOVERNANCE", "GOVERNANCE", hour, false, 403, "AccessDenied", 409, 204},
		{"shorten GOVERNANCE with bypass", "GOVERNANCE", "GOVERNANCE", hour, true, 200, "", 409, 204},
		{"weaken", "COMPLIANCE", "GOVERNANCE", 3 * hour, true, 409, "FileImmutable", 409, 409},
		{"strengthen", "GOVERNANCE", "COMPLIANCE", 3 * hour, false, 409, "FileImmutable", 409, 204},
		{"strengthen with bypass", "GOVERNANCE", "COMPLIANCE", 3 * hour, true, 409, "FileImmutable", 409, 204},
		{"take COMPLIANCE away", "COMPLIANCE", "", 0, true, 403, "AccessDenied", 409, 409},
		{"take GOVERNANCE away", "GOVERNANCE", "", 0, false, 403, "AccessDenied", 409, 204},
		{"take GOVERNANCE away with bypass", "GOVERNANCE", "", 0, true, 200, "", 204, 204},
		{"in the past", "", "GOVERNANCE", -hour, false, 400, "InvalidArgument", 204, 204},
		{"in the past with bypass", "GOVERNANCE", "GOVERNANCE", -hour, true, 400, "InvalidArgument", 409, 204},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, clock := lockable(t)
			v := e.put("k", "x", nil)
			path := versionPath("k", v, "&retention")
			if tt.mode != "" {
				e.must(200, call{method: "PUT", path: path, body: retentionOf(tt.mode, clock.read().Add(2*hour))})
			}
			c := call{method: "PUT", path: path, body: "<Retention></Retention>"}
			if tt.next != "" {
				c.body = retentionOf(tt.next, clock.read().Add(tt.end))
			}
			if tt.bypass {
				c.header = bypass
			}
			a := e.must(tt.status, c)
			if a.apiCode() != tt.code {
				t.Fatalf("code %q, want %q", a.apiCode(), tt.code)
			}
			if tt.status == 200 {
				e.wantHeader(a, "x-oss-version-id", v.header.Get("x-oss-version-id"))
				if tt.next == "" {
					e.refused(404, "NoSuchObjectRetentionConfiguration", call{method: "GET", path: path})
				} else if a := e.must(200, call{method: "GET", path: path}); !strings.HasSuffix(strings.Join(strings.Fields(a.body), ""), c.body) {
					t.Errorf("answer %s", a.body)
				}
			}
			gone := call{method: "DELETE", path: versionPath("k", v, "")}
			e.must(tt.deleted, gone)
			gone.header = bypass
			e.must(tt.deletes, gone)
		})
	}
	t.Run("its time passes", func(t *testing.T) {
		t.Parallel()
		e, clock := lockable(t)
		v := e.put("k", "x", nil)
		e.must(200, call{method: "PUT", path: at("k") + "?retention", body: retentionOf("COMPLIANCE", clock.read().Add(10*time.Minute))})
		gone := call{method: "DELETE", path: versionPath("k", v, "")}
		a := e.refused(409, "FileImmutable", gone)
		if !a.has("<Key>k</Key>") {
			t.Errorf("answer %s", a.body)
		}
		clock.set(clock.read().Add(10 * time.Minute))
		e.must(204, gone)
	})
	t.Run("documents", func(t *testing.T) {
		t.Parallel()
		e, _ := lockable(t)
		e.put("k", "x", nil)
		for _, bad := range []string{
			"<Retention><Mode>COMPLIANCE</Mode></Retention>", "<Retention><RetainUntilDate>2999-01-01T00:00:00.000Z</RetainUntilDate></Retention>",
			retentionOf("SOFT", time.Now().Add(time.Hour)), "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>tomorrow</RetainUntilDate></Retention>",
			"<Retention><Other/></Retention>", "",
		} {
			e.refused(400, "MalformedXML", call{method: "PUT", path: at("k") + "?retention", body: bad})
		}
		for _, bad := range []string{"<LegalHold><Status>on</Status></LegalHold>", "<LegalHold></LegalHold>", "<LegalHold><Other/></LegalHold>", ""} {
			e.refused(400, "MalformedXML", call{method: "PUT", path: at("k") + "?legalHold", body: bad})
		}
		e.must(200, call{method: "POST", path: at("log") + "?append&position=0", body: "x"})
		e.refused(400, "InvalidRequest", call{method: "PUT", path: at("log") + "?retention", body: retentionOf("COMPLIANCE", time.Now().Add(time.Hour))})
	})
}

// TestLegalHold is OSS-301 and OSS-302: ON keeps a version whatever its retention, OFF lets go.
func TestLegalHold(t *testing.T) {
	t.Parallel()
	e, _ := lockable(t)
	v := e.put("k", "x", nil)
	hold := func(status string) {
		t.Helper()
		body := "<LegalHold><Status>" + status + "</Status></LegalHold>"
		e.must(200, call{method: "PUT", path: versionPath("k", v, "&legalHold"), body: body})
		a := e.must(200, call{method: "GET", path: at("k") + "?legalHold"})
		if !strings.HasSuffix(strings.Join(strings.Fields(a.body), ""), body) {
			t.Errorf("answer %s", a.body)
		}
		e.wantHeader(e.head("k"), "x-oss-object-worm-legal-hold", status)
	}
	hold("ON")
	gone := call{method: "DELETE", path: versionPath("k", v, ""), header: map[string]string{bypassHeader: "true"}}
	e.refused(409, "FileImmutable", gone)
	hold("OFF")
	e.must(204, gone)

	// Appending is the one write that changes what is stored in its place.
	appendAt := func(position string) call {
		return call{method: "POST", path: at("log") + "?append&position=" + position, body: "x"}
	}
	e.must(200, appendAt("0"))
	e.must(200, call{method: "PUT", path: at("log") + "?legalHold", body: "<LegalHold><Status>ON</Status></LegalHold>"})
	e.refused(409, "FileImmutable", appendAt("1"))
	if e.get("log") != "x" {
		t.Error("a held object grew")
	}
}

// TestLockedVersionStays is OSS-302: neither a deletion without an ID nor a write touches a locked version, and a request for many
// does not delete it either.
func TestLockedVersionStays(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	clock := &testClock{now: time.Now()}
	e := start(t, &Server{Data: data, Now: clock.read})
	if err := e.s.SetVersioning(testBucket, "Enabled"); err != nil {
		t.Fatal(err)
	}
	e.must(200, call{method: "PUT", path: lockPath, body: lockOf("")})
	until := isoMillis(clock.read().Add(time.Hour))
	v := e.put("k", "locked", map[string]string{lockModeHeader: "GOVERNANCE", lockUntilHeader: until})
	e.must(204, call{method: "DELETE", path: at("k")}) // a marker on top
	e.put("k", "new", nil)
	e.must(200, copyCall("k", "/"+testBucket+"/k", map[string]string{"x-oss-meta-a": "b"}))
	many := "<Delete><Object><Key>k</Key><VersionId>" + v.header.Get("x-oss-version-id") + "</VersionId></Object></Delete>"
	c := call{method: "POST", path: "/" + testBucket + "/?delete", body: many, header: map[string]string{"Content-MD5": md5Base64(many)}}
	e.refused(409, "FileImmutable", c)
	e.must(200, call{method: "PUT", path: versionPath("k", v, "&tagging"), body: "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"})

	e = e.restart(&Server{Data: data, Now: clock.read})
	a := e.must(200, call{method: "GET", path: versionPath("k", v, "")})
	e.wantHeader(a, lockModeHeader, "GOVERNANCE")
	e.wantHeader(a, lockUntilHeader, until)
	if a.body != "locked" {
		t.Errorf("body %q", a.body)
	}
	e.wantHeader(e.head("k"), lockModeHeader, "") // a copy does not take the lock along
	c.header[bypassHeader] = "true"
	e.must(200, c)
	e.must(404, call{method: "GET", path: versionPath("k", v, "")})
}

// TestLockAtWrite is OSS-303 for the headers and OSS-300 for the bucket's default.
func TestLockAtWrite(t *testing.T) {
	t.Parallel()
	e, clock := lockable(t)
	lock := func(mode string, d time.Duration) map[string]string {
		return map[string]string{lockModeHeader: mode, lockUntilHeader: isoMillis(clock.read().Add(d))}
	}
	want := func(key, mode string, until time.Time) {
		t.Helper()
		a := e.head(key)
		e.wantHeader(a, lockModeHeader, mode)
		if mode != "" {
			e.wantHeader(a, lockUntilHeader, isoMillis(until))
		}
	}
	hourOn := clock.read().Add(time.Hour)
	upload := func(key string, header map[string]string) {
		t.Helper()
		a := e.must(200, call{method: "POST", path: at(key) + "?uploads", header: header})
		_, rest, _ := strings.Cut(a.body, "<UploadId>")
		id, _, _ := strings.Cut(rest, "</UploadId>")
		e.must(200, call{method: "PUT", path: at(key) + "?partNumber=1&uploadId=" + id, body: "x"})
		e.must(200, call{method: "POST", path: at(key) + "?uploadId=" + id, header: map[string]string{"x-oss-complete-all": "yes"}})
	}
	e.put("put", "x", lock("GOVERNANCE", time.Hour))
	e.must(200, copyCall("copy", "/"+testBucket+"/put", lock("COMPLIANCE", time.Hour)))
	upload("parts", lock("GOVERNANCE", time.Hour))
	want("put", "GOVERNANCE", hourOn)
	want("copy", "COMPLIANCE", hourOn)
	want("parts", "GOVERNANCE", hourOn)
	for name, header := range map[string]map[string]string{
		"mode alone":  {lockModeHeader: "GOVERNANCE"},
		"date alone":  {lockUntilHeader: isoMillis(hourOn)},
		"bad mode":    lock("SOFT", time.Hour),
		"past":        lock("GOVERNANCE", -time.Hour),
		"not a date":  {lockModeHeader: "GOVERNANCE", lockUntilHeader: "tomorrow"},
		"not in time": lock("GOVERNANCE", 0),
	} {
		if a := e.do(call{method: "PUT", path: at("bad"), header: header}); a.status != 400 || a.apiCode() != "InvalidArgument" {
			t.Errorf("%s: %d %s", name, a.status, a.apiCode())
		}
	}

	e.must(200, call{method: "PUT", path: lockPath, body: lockOf(defaultRetention("<Mode>COMPLIANCE</Mode><Days>2</Days>"))})
	days := clock.read().Add(48 * time.Hour)
	if days.UTC().Sub(clock.read().UTC().AddDate(0, 0, 2)) != 0 {
		t.Fatal("two days are not 48 hours")
	}
	e.put("put", "x", nil)
	e.must(200, copyCall("copy", "/"+testBucket+"/put", nil))
	upload("parts", nil)
	for _, key := range []string{"put", "copy", "parts"} {
		want(key, "COMPLIANCE", days)
	}
	e.put("put", "x", lock("GOVERNANCE", time.Hour)) // its own goes first
	want("put", "GOVERNANCE", hourOn)
	e.must(200, call{method: "POST", path: at("log") + "?append&position=0", body: "x"})
	want("log", "", hourOn)
	e.must(204, call{method: "DELETE", path: at("put")}) // a marker is not locked
	e.must(200, call{method: "PUT", path: lockPath, body: lockOf(defaultRetention("<Mode>GOVERNANCE</Mode><Years>1</Years>"))})
	e.put("put", "x", nil)
	want("put", "GOVERNANCE", clock.read().UTC().AddDate(1, 0, 0))
}
