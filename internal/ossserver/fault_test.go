package ossserver

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestRecords(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	e := start(t, &Server{OnRecord: func(r Record) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.String())
	}})
	e.put("a b", "hello", map[string]string{"x-oss-meta-a": "1"})
	e.get("a b")
	e.refused(404, "NoSuchKey", call{method: "HEAD", path: at("none")})
	e.must(200, call{method: "GET", path: "/" + testBucket + "/?versioning"})
	e.must(501, call{method: "GET", path: "/" + testBucket + "/?nonsense=1"})
	e.must(200, call{method: "GET", path: presign(e, false, "a b", time.Minute, Account{AccessKeyID: "local-id", AccessKeySecret: "local-secret"}, time.Now(), nil), anonymous: true})
	records := e.s.Records()
	if len(records) != 6 || len(seen) != 6 {
		t.Fatalf("%d records, %d seen", len(records), len(seen))
	}
	r := records[0]
	if r.Operation != "PutObject" || r.Method != "PUT" || r.Bucket != testBucket || r.Key != "a b" || r.N != 1 || r.Status != 200 ||
		r.BytesIn != 5 || r.BytesOut != 0 || r.Header.Get("x-oss-meta-a") != "1" || len(r.RequestID) != 24 || r.Start.IsZero() {
		t.Errorf("%+v", r)
	}
	if r := records[1]; r.Operation != "GetObject" || r.BytesIn != 0 || r.BytesOut != 5 || r.N != 2 {
		t.Errorf("%+v", r)
	}
	if r := records[2]; r.Operation != "HeadObject" || r.Status != 404 || r.EC != "0026-00000001" || r.BytesOut != 0 {
		t.Errorf("%+v", r)
	}
	if r := records[3]; r.Operation != "GetBucketVersioning" || !r.Query.Has("versioning") {
		t.Errorf("%+v", r)
	}
	if r := records[4]; r.Operation != "ListObjects" || r.Status != 501 {
		t.Errorf("%+v", r)
	}
	line := strings.Join(strings.Fields(seen[5]), " ")
	if !strings.Contains(line, ` 200 GET GetObject "/bucket-one/a b" `) || !strings.HasSuffix(line, " in=0 out=5") {
		t.Errorf("line %s", line)
	}
	for _, secret := range []string{"signature", "Signature", "credential"} {
		if strings.Contains(line, secret) {
			t.Errorf("the line shows %s: %s", secret, line)
		}
	}
	e.s.ResetRecords()
	e.get("a b")
	if records := e.s.Records(); len(records) != 1 || records[0].N != 7 {
		t.Errorf("after the reset: %+v", records)
	}
}

func TestLogLineShowsNoControlCharacters(t *testing.T) {
	t.Parallel()
	line := Record{Call: Call{Method: "GET", Bucket: "b", Key: "a\n\x1b[31mred"}}.String()
	if strings.ContainsAny(line, "\n\x1b") {
		t.Errorf("%q", line)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	var fault func(Call) *Fault
	var mu sync.Mutex
	var asked []Call
	e := start(t, &Server{Fault: func(c Call) *Fault {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, c)
		if fault == nil {
			return nil
		}
		return fault(c)
	}})
	set := func(f func(Call) *Fault) { mu.Lock(); fault = f; mu.Unlock() }
	always := func(f Fault) { set(func(Call) *Fault { return &f }) }
	stored := func() bool { _, err := e.s.Object(testBucket, "k"); return err == nil }
	put := call{method: "PUT", path: at("k"), body: "hello"}

	always(Fault{Status: 503, Code: "ServiceUnavailable", Message: "Please slow down."})
	a := e.refused(503, "ServiceUnavailable", put)
	if stored() || !strings.Contains(a.body, "<Message>Please slow down.</Message>") {
		t.Errorf("stored %t, answer %s", stored(), a.body)
	}
	e.refused(503, "ServiceUnavailable", call{method: "HEAD", path: at("k")})
	always(Fault{Status: 500})
	if a := e.must(500, call{method: "HEAD", path: at("k")}); a.header.Get("x-oss-err") != "" {
		t.Error("a bare fault has a document")
	}
	always(Fault{Cut: CutBefore})
	if _, err := e.try(put); err == nil || stored() {
		t.Errorf("CutBefore: %v, stored %t", err, stored())
	}
	always(Fault{Cut: CutAfter})
	if _, err := e.try(put); err == nil || !stored() {
		t.Errorf("CutAfter: %v, stored %t", err, stored())
	}
	set(nil)
	e.put("large", strings.Repeat("x", 1<<20), nil)
	always(Fault{Cut: CutAfter})
	req, err := e.request(call{method: "GET", path: at("large")})
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := transport.RoundTrip(req); err == nil {
		resp.Body.Close()
		t.Errorf("CutAfter let status %d through", resp.StatusCode)
	}
	if _, err := e.try(put); err == nil {
		t.Error("CutAfter answered a PUT")
	}
	if records := e.s.Records(); records[len(records)-1].Status != 0 || records[len(records)-1].BytesIn != 5 {
		t.Errorf("record of a cut request: %+v", records[len(records)-1])
	}
	set(func(c Call) *Fault {
		if c.Operation == "GetObjectAcl" {
			return &Fault{Status: 403, Code: "AccessDenied", Message: "no"}
		}
		return nil
	})
	e.get("k")
	e.refused(403, "AccessDenied", call{method: "GET", path: at("k") + "?acl"})
	if last := asked[len(asked)-1]; last.Operation != "GetObjectAcl" || last.Bucket != testBucket || last.Key != "k" || !last.Query.Has("acl") || last.N != len(asked) {
		t.Errorf("asked %+v", last)
	}

	// A delay longer than any test: the client leaves, and the server notices.
	always(Fault{Delay: time.Hour})
	if req, err = e.request(call{method: "GET", path: at("k")}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	failed := make(chan error, 1)
	go func() {
		_, err := transport.RoundTrip(req.WithContext(ctx))
		failed <- err
	}()
	cancel()
	if err := <-failed; err == nil {
		t.Error("a delayed request was answered")
	}
	set(nil)
	e.get("k")
}

// TestFaultsOfTheAnswer holds that a body can be slow, and can break off.
func TestFaultsOfTheAnswer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var fault *Fault
	set := func(f *Fault) { mu.Lock(); fault = f; mu.Unlock() }
	e := start(t, &Server{Fault: func(Call) *Fault {
		mu.Lock()
		defer mu.Unlock()
		return fault
	}})
	const size = 3*slowBlock + 1
	e.put("k", strings.Repeat("x", size), nil)
	get := func() (*http.Response, []byte, error) {
		t.Helper()
		req, err := e.request(call{method: "GET", path: at("k")})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, body, err
	}
	set(&Fault{SlowBody: 10 * time.Millisecond})
	begin := time.Now()
	resp, body, err := get()
	if err != nil || resp.StatusCode != 200 || len(body) != size {
		t.Errorf("slow: status %d, %d bytes, %v", resp.StatusCode, len(body), err)
	}
	if took := time.Since(begin); took < 40*time.Millisecond { // four blocks; a busy machine only takes longer
		t.Errorf("a slow body came in %s", took)
	}
	set(&Fault{Cut: CutInside})
	resp, body, err = get()
	if err == nil || resp.StatusCode != 200 || len(body) == 0 || len(body) >= size {
		t.Errorf("broken off: status %d, %d bytes, %v", resp.StatusCode, len(body), err)
	}
	set(nil)
	if _, body, err = get(); err != nil || len(body) != size {
		t.Errorf("afterwards: %d bytes, %v", len(body), err)
	}
}

// OSS-276: a damaged body is refused where the request gives its MD5, and else stored as it came; damaged behind the check it is
// stored in any case, and the answer shows the digests of what is stored.
func TestDamagedBodies(t *testing.T) {
	t.Parallel()
	var damage atomic.Int32
	e := start(t, &Server{Fault: func(Call) *Fault { return &Fault{Damage: Damage(damage.Load())} }})
	withMD5 := call{method: "PUT", path: at("k"), body: "hello", header: map[string]string{"Content-MD5": md5Base64("hello")}}
	bare := call{method: "PUT", path: at("k"), body: "hello"}
	for _, tc := range []struct {
		damage Damage
		call   call
		stored string // "" is a refusal
	}{
		{DamageNone, withMD5, "hello"}, {DamageOnWay, withMD5, ""}, {DamageOnWay, bare, "iello"}, {DamageStored, withMD5, "iello"},
	} {
		damage.Store(int32(tc.damage))
		if tc.stored == "" {
			e.refused(400, "InvalidDigest", tc.call)
			continue
		}
		a := e.must(200, tc.call)
		e.wantHeader(a, "ETag", `"`+fmt.Sprintf("%X", md5.Sum([]byte(tc.stored)))+`"`)
		damage.Store(int32(DamageNone))
		if got := e.get("k"); got != tc.stored {
			t.Errorf("damage %d: stored %q, want %q", tc.damage, got, tc.stored)
		}
	}
}

// The server can end between storing an object and calling back.
func TestCutBeforeTheCallback(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(receiver.Close)
	var cut atomic.Bool
	e := start(t, &Server{AllowPrivateCallbacks: true, Fault: func(Call) *Fault {
		if cut.Load() {
			return &Fault{Cut: CutStored}
		}
		return nil
	}})
	callback := map[string]string{"x-oss-callback": base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + receiver.URL + `","callbackBody":"a=b"}`))}
	for key, header := range map[string]map[string]string{"k": callback, "plain": nil} {
		cut.Store(true)
		if _, err := e.try(call{method: "PUT", path: at(key), body: "hello", header: header}); err == nil {
			t.Errorf("%s: answered", key)
		}
		cut.Store(false)
		if got := e.get(key); got != "hello" || calls.Load() != 0 {
			t.Errorf("%s: stored %q, called back %d times", key, got, calls.Load())
		}
	}
	e.must(200, call{method: "PUT", path: at("k"), body: "hello", header: callback})
	if calls.Load() != 1 {
		t.Error("nobody is called back anyway, so this test proves nothing")
	}
}
