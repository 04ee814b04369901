package release

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	dist    = "../../dist"
	project = "terraform-provider-oss"
	// A provider is downloaded by every run of a pipeline that keeps nothing.
	largest = 25_000_000
)

// platforms are those of a release: what Terraform itself is released for, but Solaris and OpenBSD.
var platforms = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

// snapshot is what `make snapshot` says of what it has made.
type snapshot struct {
	Version string
	Date    time.Time
}

func open(t *testing.T) snapshot {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dist, "metadata.json"))
	if err != nil {
		t.Fatalf("%v: make snapshot makes it, and then runs this test", err)
	}
	var s snapshot
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s snapshot) file(suffix string) string {
	return filepath.Join(dist, project+"_"+s.Version+"_"+suffix)
}

// binary is the program in the archive of a platform.
func (s snapshot) binary(t *testing.T, platform string) []byte {
	t.Helper()
	archive, err := zip.OpenReader(s.file(platform + ".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	name := project + "_v" + s.Version
	if strings.HasPrefix(platform, "windows_") {
		name += ".exe"
	}
	var names []string
	var data []byte
	var times []time.Time
	for _, entry := range archive.File {
		names = append(names, entry.Name)
		times = append(times, entry.Modified)
		if entry.Name != name {
			continue
		}
		if entry.Mode()&0o111 == 0 {
			t.Errorf("%s: %s is not a program: %v", platform, name, entry.Mode())
		}
		file, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(file); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"LICENSE", name}) {
		t.Errorf("%s: the archive holds %q", platform, names)
	}
	// A time of the checkout would make another archive of the same commit.
	if !times[0].Equal(times[1]) {
		t.Errorf("%s: times %v", platform, times)
	}
	return data
}

// Each platform has an archive with a stripped program below the limit, which was built for it, without a C library, paths
// of this machine, the local server and what tests need, and a list of the modules that went into it.
func TestEachPlatform(t *testing.T) {
	t.Parallel()
	s := open(t)
	found, err := filepath.Glob(s.file("*.zip"))
	if err != nil || len(found) != len(platforms) {
		t.Errorf("%d archives, want %d: %v %q", len(found), len(platforms), err, found)
	}
	for _, platform := range platforms {
		data := s.binary(t, platform)
		t.Logf("%-14s %.1f MB", platform, float64(len(data))/1e6)
		if len(data) > largest {
			t.Errorf("%s: %d bytes, more than %d: docs/design/cost.md says what takes the space", platform, len(data), largest)
		}
		info, err := buildinfo.Read(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", platform, err)
		}
		have := map[string]string{}
		for _, setting := range info.Settings {
			have[setting.Key] = setting.Value
		}
		if have["GOOS"]+"_"+have["GOARCH"] != platform || have["CGO_ENABLED"] != "0" || have["-trimpath"] != "true" || have["vcs.revision"] != "" {
			t.Errorf("%s: built with %v", platform, have)
		}
		for _, part := range []string{"internal/ossserver", "terraform-plugin-testing"} {
			if bytes.Contains(data, []byte(part)) {
				t.Errorf("%s: the program holds %s", platform, part)
			}
		}
		if !bytes.Contains(data, []byte("internal/ossclient")) {
			t.Errorf("%s: the program does not name its packages, so that nothing follows from what it lacks", platform)
		}
		s.checkBill(t, platform, info)
	}
}

// checkBill holds the list of what went into a program against what it says itself.
func (s snapshot) checkBill(t *testing.T, platform string, info *buildinfo.BuildInfo) {
	t.Helper()
	data, err := os.ReadFile(s.file(platform + ".cdx.json"))
	if err != nil {
		t.Error(err)
		return
	}
	var bill struct {
		BOMFormat  string
		Metadata   struct{ Component struct{ Version string } }
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(data, &bill); err != nil {
		t.Errorf("%s: %v", platform, err)
		return
	}
	if bill.BOMFormat != "CycloneDX" || bill.Metadata.Component.Version != "v"+s.Version {
		t.Errorf("%s: a list of format %q for version %q", platform, bill.BOMFormat, bill.Metadata.Component.Version)
	}
	var have []string
	for _, component := range bill.Components {
		have = append(have, component.Name+"@"+component.Version)
	}
	want := []string{"std@" + info.GoVersion}
	for _, dep := range info.Deps {
		want = append(want, dep.Path+"@"+dep.Version)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("%s: the list has the modules\n%q\nand the program\n%q", platform, have, want)
	}
}

// The sums are those of everything that is uploaded, and signed.
func TestSums(t *testing.T) {
	t.Parallel()
	s := open(t)
	text, err := os.ReadFile(s.file("SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	summed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok {
			t.Fatalf("%q is not a sum", line)
		}
		summed[name] = true
		file := filepath.Join(dist, name)
		if strings.HasSuffix(name, "_manifest.json") {
			file = filepath.Join("..", "..", "terraform-registry-manifest.json")
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if have := sha256.Sum256(data); hex.EncodeToString(have[:]) != sum {
			t.Errorf("%s has another sum", name)
		}
	}
	want := []string{"manifest.json"}
	for _, platform := range platforms {
		want = append(want, platform+".zip", platform+".cdx.json")
	}
	for _, suffix := range want {
		if name := filepath.Base(s.file(suffix)); !summed[name] {
			t.Errorf("%s has no sum", name)
		}
	}
	if len(summed) != len(want) {
		t.Errorf("%d sums, want %d", len(summed), len(want))
	}
	if signature, err := os.ReadFile(s.file("SHA256SUMS.sig")); err != nil || len(signature) == 0 {
		t.Errorf("no signature: %v", err)
	}
}

// The manifest says which protocol the provider speaks, as the registries ask for it.
func TestManifest(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../terraform-registry-manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version  int
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal(data, &manifest); err != nil || manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		t.Errorf("%v, %+v", err, manifest)
	}
}

// The same sources in another folder, compiled anew, give the same bytes.
func TestReproducible(t *testing.T) {
	t.Parallel()
	s := open(t)
	platform := runtime.GOOS + "_" + runtime.GOARCH
	want := sha256.Sum256(s.binary(t, platform))
	list := exec.CommandContext(t.Context(), "git", "-C", "../..", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	files, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "a folder of another name")
	for name := range strings.SplitSeq(strings.Trim(string(files), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if os.IsNotExist(err) {
			continue // deleted, and not committed yet
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(elsewhere, name)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(elsewhere, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	binary := filepath.Join(t.TempDir(), "provider")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", fmt.Sprintf("-s -w -X main.version=%s", s.Version), "-o", binary, ".")
	build.Dir = elsewhere
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOCACHE="+t.TempDir())
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if have := sha256.Sum256(data); have != want {
		t.Errorf("%s: the archive has a program of the sum %x, and a build elsewhere gives %x", platform, want, have)
	}
}
