package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

const browserMissing = "no Chromium on the PATH: install it (Debian: apt-get install chromium), or set CHROMIUM to its path"

// findBrowser is the path of Chromium. Without one the test fails: a browser test that skips itself proves nothing.
func findBrowser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Fatal(browserMissing)
	return ""
}

// browser is one running Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// startBrowser starts Chromium with an empty profile; it ends with the test.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(findBrowser(t)),
		chromedp.UserDataDir(filepath.Join(t.TempDir(), "profile")),
		chromedp.Env("LANG=C.UTF-8", "LC_ALL=C.UTF-8"), // without, a file cannot be saved under a Chinese name
		chromedp.NoSandbox,                             // the sandbox refuses root, and the pages are our own
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), // a container's /dev/shm is small
		chromedp.WindowSize(1000, 1200),
		chromedp.WSURLReadTimeout(2*time.Minute), // a cold start on a busy machine
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, cancelBrowser := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the process is gone
		cancelBrowser()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return &browser{t, ctx}
}

// visit is the page in a window of its own: without the cookies, caches and remembered preflights of an earlier visit.
type visit struct {
	t    *testing.T
	ctx  context.Context
	mu   sync.Mutex
	cors []string // why the browser refused requests
}

// open loads the page and waits until it is ready. A step that fails leaves a screenshot.
func (b *browser) open(t *testing.T, page string) *visit {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	ctx, cancelTime := context.WithTimeout(ctx, 3*time.Minute) // only a page that hangs for ever gets here
	v := &visit{t: t, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			v.screenshot()
		}
		cancelTime()
		cancel()
	})
	err := chromedp.Listen(ctx, func(event any) {
		if failed, ok := event.(*network.EventLoadingFailed); ok && failed.CorsErrorStatus != nil {
			v.mu.Lock()
			v.cors = append(v.cors, failed.CorsErrorStatus.CorsError.String())
			v.mu.Unlock()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	v.do(chromedp.Navigate(page), chromedp.WaitVisible(chromedp.CSS(`#state[data-state="idle"]`)))
	return v
}

func (v *visit) do(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, actions...); err != nil {
		v.t.Fatalf("in the browser: %v", err)
	}
}

// evaluate runs a script in the page and returns its value.
func evaluate[T any](v *visit, script string) T {
	v.t.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		v.t.Fatalf("in the browser: %v", err)
	}
	return value
}

// evaluateLater runs a script whose value is a promise and returns what that comes to.
func evaluateLater[T any](v *visit, script string) T {
	v.t.Helper()
	value, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("in the browser: %v", err)
	}
	return value
}

// result is what the page shows.
type result struct {
	State, Message, Year, People, ETag, Type, Size, Answer string
	Progress                                               int // percent
}

const readPage = `({
	State: document.getElementById("state").dataset.state,
	Message: document.getElementById("message").textContent,
	Year: document.getElementById("year").textContent,
	People: document.getElementById("people").textContent,
	ETag: document.getElementById("etag").textContent,
	Type: document.getElementById("type").textContent,
	Size: document.getElementById("size").textContent,
	Answer: document.getElementById("answer").hidden ? "" : document.getElementById("answer-text").textContent,
	Progress: Number(document.getElementById("track").getAttribute("aria-valuenow")),
})`

// press clicks a button and waits until the page has done what it says.
func (v *visit) press(button string) {
	v.t.Helper()
	const runs = `document.body.dataset.runs ?? ""`
	before := evaluate[string](v, runs)
	v.do(
		chromedp.Click(chromedp.CSS("#"+button), chromedp.NodeEnabled),
		chromedp.Poll[chromedp.Void](fmt.Sprintf("(%s) !== %q", runs, before), chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(0)),
	)
}

// click presses a button of the first page and returns what it shows.
func (v *visit) click(button string) result {
	v.t.Helper()
	v.press(button)
	return evaluate[result](v, readPage)
}

// fill types a key into the page.
func (v *visit) fill(key string) {
	v.t.Helper()
	evaluate[struct{}](v, `document.getElementById("key").value = ""`)
	if key != "" {
		v.do(chromedp.SendKeys(chromedp.CSS("#key"), key))
	}
}

// refusals returns why the browser refused requests since the last call.
func (v *visit) refusals() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := v.cors
	v.cors = nil
	return all
}

// screenshot keeps what the page looked like in bin/, which git ignores.
func (v *visit) screenshot() {
	repo, err := rig.Repository(context.WithoutCancel(v.ctx))
	if err != nil {
		v.t.Error(err)
		return
	}
	png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		v.t.Errorf("no screenshot: %v", err)
		return
	}
	file := filepath.Join(repo, "bin", "e2e", strings.ReplaceAll(v.t.Name(), "/", "-")+".png")
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		v.t.Error(err)
		return
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		v.t.Error(err)
		return
	}
	v.t.Logf("the page as it was: %s", file)
}

// watchProgress makes the page remember every value of its progress bar in progressSeen.
const watchProgress = `(() => {
	const track = document.getElementById("track");
	window.progressSeen = [];
	new MutationObserver(() => window.progressSeen.push(Number(track.getAttribute("aria-valuenow")))).observe(track, { attributes: true });
})()`
