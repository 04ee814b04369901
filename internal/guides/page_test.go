// Package guides tests that the guides in docs/ do what they say: their blocks are run, one after the other, as a reader
// would run them.
//
// What a block is for stands before it, in a comment that readers of the page do not see:
//
//	<!-- file: main.tf -->      the block is this file
//	<!-- more of: main.tf -->   the block is added to this file
//	<!-- serve -->              the block, or its last line, is a command that serves until the end
//	<!-- exit: 2 -->            the block ends with this exit code instead of 0
//	<!-- run: meddle -->        what the test of this page calls "meddle" happens here
//	<!-- shown -->              the block shows what is part of something else on the page, so there is nothing to run
//
// A block of shell is run by bash with what earlier ones exported. In one of console a line with $ is run, and what follows
// it has to be in the output. A block that is a file of examples/ as it stands is run by the test of that example.
package guides

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

var built = &rig.Programs{Packages: []string{".", "./cmd/oss-local", "./examples/callback-receiver"}}

func TestMain(m *testing.M) { os.Exit(built.Main(m)) }

// page is a guide that is being followed.
type page struct {
	t       *testing.T
	dir     string // where its reader works
	shell   string // folder of what the shell keeps from block to block
	env     []string
	printed []string // addresses as the page prints them, each followed by the one that is meant here
	servers []*rig.Server
	last    string // what the last block printed
	hooks   map[string]func(*page)
}

// newPage prepares a folder and an environment in which Terraform finds the provider that was built.
func newPage(t *testing.T) *page {
	t.Helper()
	core := rig.Terraform(t)
	root, bin := t.TempDir(), built.Bin(t)
	p := &page{t: t, dir: filepath.Join(root, "work"), shell: filepath.Join(root, "shell")}
	for _, dir := range []string{p.dir, p.shell, filepath.Join(root, "home")} {
		p.must(os.MkdirAll(dir, 0o700))
	}
	for _, host := range rig.Hosts {
		mirror := filepath.Join(root, "mirror", host, "terraform-provider-oss", "oss", "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
		p.must(os.MkdirAll(mirror, 0o700))
		p.must(os.Link(rig.Path(bin, "terraform-provider-oss"), rig.Path(mirror, "terraform-provider-oss_v0.1.0")))
	}
	p.must(os.Symlink(core, filepath.Join(p.shell, "terraform")))
	env, err := rig.ConfigureTerraform(filepath.Join(root, "cli.tfrc"), rig.Mirror(filepath.Join(root, "mirror")), append(rig.Environ("HOME", "TMPDIR"),
		"HOME="+filepath.Join(root, "home"), "TMPDIR="+root, "PATH="+p.shell+string(os.PathListSeparator)+bin+string(os.PathListSeparator)+os.Getenv("PATH")))
	p.must(err)
	p.env = env
	return p
}

func (p *page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// write puts a file into the reader's folder.
func (p *page) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, name)
	p.must(os.MkdirAll(filepath.Dir(file), 0o700))
	p.must(os.WriteFile(file, []byte(text), 0o600))
}

func (p *page) read(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	p.must(err)
	return string(text)
}

// edit changes a file as its reader would by hand.
func (p *page) edit(name, old, replacement string) {
	p.t.Helper()
	text := p.read(name)
	if !strings.Contains(text, old) {
		p.t.Fatalf("%s has no %q", name, old)
	}
	p.write(name, strings.Replace(text, old, replacement, 1))
}

// program is a command of the reader's shell that the test provides.
func (p *page) program(name, script string) {
	p.t.Helper()
	p.must(os.WriteFile(filepath.Join(p.shell, name), []byte("#!/bin/bash\n"+script), 0o700))
}

// serve starts a server by the command line that a page prints, on a free port.
func (p *page) serve(command string) {
	p.t.Helper()
	command, _, _ = strings.Cut(command, " #")
	at := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(command)
	if at == "" {
		at = "127.0.0.1:9000" // of make local
	}
	for _, whole := range [][2]string{{"make local", "oss-local --bucket example"}, {"go run ./cmd/", ""}, {"go run ./examples/", ""}} {
		command = strings.Replace(command, whole[0], whole[1], 1)
	}
	words := strings.Fields(p.here(strings.ReplaceAll(command, "--addr "+at, "")))
	server, err := rig.Start(p.t.Context(), rig.Program{
		Path: rig.Path(built.Bin(p.t), words[0]), Args: append(words[1:], "--addr", "127.0.0.1:0"), Dir: p.dir, Env: p.env,
	})
	p.must(err)
	p.servers = append(p.servers, server)
	p.t.Cleanup(p.stop)
	p.printed = append(p.printed, at, strings.TrimPrefix(server.URL, "http://"))
}

// stop ends the servers.
func (p *page) stop() {
	for _, server := range p.servers {
		if err := server.Stop(); err != nil {
			p.t.Error(err)
		}
	}
	p.servers = nil
}

// here is a text of the page with the addresses of this test.
func (p *page) here(text string) string { return strings.NewReplacer(p.printed...).Replace(text) }

// bash runs a script as a part of the reader's shell, which answers yes to what it is asked.
func (p *page) bash(script string, code int) string {
	p.t.Helper()
	const keep = `
export -p > "$GUIDE_SHELL/environment"
pwd > "$GUIDE_SHELL/folder"
`
	begin := `set -aeuo pipefail
[ ! -e "$GUIDE_SHELL/environment" ] || { . "$GUIDE_SHELL/environment"; cd "$(cat "$GUIDE_SHELL/folder")"; }
`
	file := filepath.Join(p.shell, "block.sh")
	p.must(os.WriteFile(file, []byte(begin+p.here(script)+keep), 0o600))
	cmd := rig.Command(p.t.Context(), p.dir, append(p.env, "GUIDE_SHELL="+p.shell), "bash", file)
	cmd.Stdin = strings.NewReader(strings.Repeat("yes\n", 10))
	out, got, err := rig.Combined(p.t.Context(), cmd)
	p.must(err)
	out = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(out, "")
	if got != code {
		p.t.Fatalf("exit code %d instead of %d of\n%s\n%s", got, code, script, out)
	}
	return out
}

// console runs each line that begins with $ and looks for those that follow it in its output, in their order. A line of …
// stands for any, and … at the end of a line for the rest of it.
func (p *page) console(text string, code int) {
	p.t.Helper()
	var command string
	var expected []string
	run := func(code int) {
		p.t.Helper()
		if command == "" {
			return
		}
		p.last = p.bash(command, code)
		p.expect(expected)
		command, expected = "", nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch typed, ok := strings.CutPrefix(line, "$ "); {
		case ok:
			run(0)
			command = typed + "\n"
		case command != "" && len(expected) == 0 && strings.HasSuffix(command, "\\\n"):
			command += line + "\n"
		default:
			expected = append(expected, line)
		}
	}
	run(code)
}

// expect looks for lines in what was printed last, in their order.
func (p *page) expect(lines []string) {
	p.t.Helper()
	rest := p.last
	for _, line := range lines {
		line = strings.TrimSpace(strings.TrimSuffix(p.here(line), "…"))
		if line == "" {
			continue
		}
		at := strings.Index(rest, line)
		if at < 0 {
			p.t.Fatalf("the page shows %q, which is not, or not there, in what is printed:\n%s", line, p.last)
		}
		rest = rest[at+len(line):]
	}
}

// block is one of the page.
type block struct {
	language, text string
	line           int
	directive      string // what stands in the comment before it; "" is none
}

// blocks are the blocks and the comments of a page. A comment that no block follows is a block without a language.
func blocks(text string) []block {
	var found []block
	var open *block
	indent := ""
	directive := regexp.MustCompile(`^ *<!-- ((?:file|more of|serve|exit|run|shown)\b.*?) -->$`)
	fence := regexp.MustCompile("^( *)```(\\w*)$")
	waiting := ""
	scanner := bufio.NewScanner(strings.NewReader(text))
	for n := 1; scanner.Scan(); n++ {
		line := scanner.Text()
		marks := fence.FindStringSubmatch(line)
		switch comment := directive.FindStringSubmatch(line); {
		case open != nil && marks != nil:
			found, open = append(found, *open), nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case marks != nil:
			indent = marks[1]
			open = &block{language: marks[2], line: n, directive: waiting}
			waiting = ""
		case comment != nil && strings.HasPrefix(comment[1], "run: "):
			found = append(found, block{line: n, directive: comment[1]})
		case comment != nil:
			waiting = comment[1]
		}
	}
	return found
}

// follow does what a block says.
func (p *page) follow(b block, examples map[string]string) error {
	p.t.Helper()
	what, argument, _ := strings.Cut(b.directive, ": ")
	code := 0
	switch what {
	case "run":
		hook := p.hooks[argument]
		if hook == nil {
			return fmt.Errorf("nothing is called %q", argument)
		}
		hook(p)
		return nil
	case "file", "more of":
		if what == "more of" {
			b.text = p.read(argument) + "\n" + b.text
		}
		p.write(argument, p.here(b.text))
		if b.language == "terraform" {
			p.bash("terraform fmt -check -diff '"+argument+"'", 0)
		}
		return nil
	case "serve":
		lines := strings.Split(strings.TrimSpace(b.text), "\n")
		p.serve(strings.TrimPrefix(lines[len(lines)-1], "$ "))
		return nil
	case "shown":
		return nil
	case "exit":
		if _, err := fmt.Sscan(argument, &code); err != nil {
			return err
		}
	}
	switch {
	case examples[strings.TrimSpace(b.text)] != "":
	case b.language == "shell":
		p.last = p.bash(b.text, code)
	case b.language == "console":
		p.console(b.text, code)
	case b.language == "text":
		p.expect(strings.Split(b.text, "\n"))
	case b.language == "json":
		if !json.Valid([]byte(b.text)) {
			return errors.New("this is not JSON")
		}
	case b.language == "yaml":
	default:
		return fmt.Errorf("nothing runs this block of %q", b.language)
	}
	return nil
}
