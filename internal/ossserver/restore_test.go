package ossserver

import (
	"testing"
	"time"
)

func tier(name string) string {
	return "<RestoreRequest><Days>2</Days><JobParameters><Tier>" + name + "</Tier></JobParameters></RestoreRequest>"
}

// frozenBucket has an object of each class that freezes, named after it.
func frozenBucket(t *testing.T) (e *endpoint, turn func(time.Duration)) {
	t.Helper()
	clock := &testClock{now: time.Now()}
	e = start(t, &Server{Now: clock.read, RestoreTime: time.Minute})
	for _, class := range []string{"Standard", "Archive", "ColdArchive", "DeepColdArchive"} {
		e.put(class, "x", map[string]string{"x-oss-storage-class": class})
	}
	return e, func(d time.Duration) { clock.set(clock.read().Add(d)) }
}

// TestRestorePriority is OSS-304.
func TestRestorePriority(t *testing.T) {
	t.Parallel()
	e, _ := frozenBucket(t)
	restore := func(key, body string) call { return call{method: "POST", path: at(key) + "?restore", body: body} }
	const header = "x-oss-object-restore-priority"

	e.refused(400, "MalformedXML", restore("Archive", tier("Standard")))
	e.refused(400, "MalformedXML", restore("Archive", "<RestoreRequest><JobParameters></JobParameters></RestoreRequest>"))
	for _, bad := range []string{tier("Fast"), tier(""), "<RestoreRequest><JobParameters></JobParameters></RestoreRequest>"} {
		if a := e.refused(400, "InvalidArgument", restore("ColdArchive", bad)); a.ec() != "0016-00000703" {
			t.Errorf("EC %q", a.ec())
		}
	}
	e.refused(400, "InvalidArgument", restore("DeepColdArchive", tier("Bulk")))
	e.refused(400, "MalformedXML", restore("ColdArchive", "<RestoreRequest><JobParameters><Tier>Bulk</Tier><Other/></JobParameters></RestoreRequest>"))

	e.wantHeader(e.must(202, restore("Archive", "<RestoreRequest><Days>7</Days></RestoreRequest>")), header, "")
	if a := e.refused(409, "RestoreAlreadyInProgress", restore("Archive", "")); a.ec() != "0016-00000701" {
		t.Errorf("EC %q", a.ec())
	}
	e.wantHeader(e.must(202, restore("DeepColdArchive", "")), header, "Standard")
	e.wantHeader(e.must(202, restore("ColdArchive", tier("Standard"))), header, "Standard")
	for body, ec := range map[string]string{"": "0016-00000701", tier("Standard"): "0016-00000701", tier("Bulk"): "0016-00000715"} {
		if a := e.refused(409, "RestoreAlreadyInProgress", restore("ColdArchive", body)); a.ec() != ec {
			t.Errorf("%q: EC %q, want %q", body, a.ec(), ec)
		}
	}
	e.wantHeader(e.must(202, restore("ColdArchive", tier("Expedited"))), header, "Expedited")
	e.refused(409, "RestoreAlreadyInProgress", restore("ColdArchive", tier("Expedited")))
}

// TestCleanRestored is OSS-261 for a restore under way and OSS-305 for the rest.
func TestCleanRestored(t *testing.T) {
	t.Parallel()
	e, turn := frozenBucket(t)
	clean := func(key string) call { return call{method: "POST", path: at(key) + "?cleanRestoredObject"} }
	stale := func() {
		t.Helper()
		if a := e.refused(409, "ArchiveRestoreFileStale", clean("ColdArchive")); a.ec() != "0016-00000718" {
			t.Errorf("EC %q", a.ec())
		}
	}
	stale()
	e.must(202, call{method: "POST", path: at("ColdArchive") + "?restore"})
	a := e.refused(409, "ArchiveRestoreNotFinished", clean("ColdArchive"))
	if a.ec() != "0016-00000719" || !a.has("<Message>The archive file&#39;s restore is not finished.</Message>") {
		t.Errorf("answer %s", a.body)
	}
	turn(time.Minute)
	if got := e.get("ColdArchive"); got != "x" {
		t.Errorf("body %q", got)
	}
	e.must(200, clean("ColdArchive"))
	e.refused(403, "InvalidObjectState", call{method: "GET", path: at("ColdArchive")})
	e.wantHeader(e.head("ColdArchive"), "x-oss-restore", "")
	stale()
	e.refused(400, "OperationNotSupported", clean("Standard"))
	e.refused(404, "NoSuchKey", clean("none"))
	e.must(202, call{method: "POST", path: at("ColdArchive") + "?restore"})
}
