package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// release publishes a new version of the site: another style sheet under a name of its own, pages that use it, and the old
// one gone.
func (s *story) release(ctx context.Context) error {
	s.step("A new release: assets/v2/style.css takes the place of assets/v1/style.css, and the pages use it")
	if err := s.newRelease(); err != nil {
		return err
	}
	files, err := s.siteFiles()
	if err != nil {
		return err
	}
	plan, err := s.plan(ctx, "release.plan")
	if err != nil {
		return err
	}
	want := []string{
		`oss_directory.site: changed_keys: known after apply`,
		`oss_directory.site: files.about.html: other body`,
		`oss_directory.site: files.assets/v1/style.css: gone`,
		`oss_directory.site: files.assets/v2/style.css: new`,
		`oss_directory.site: files.index.html: other body`,
		fmt.Sprintf(`oss_directory.site: total_size: %d -> %d`, total(s.files), total(files)),
	}
	s.files = files
	if err := s.expectChanges(plan, want); err != nil {
		return err
	}
	if _, err := s.server.requests(ctx); err != nil {
		return err
	}

	s.step("terraform apply publishes the pages after what they need, and deletes last")
	if _, err := s.tf(ctx, 0, "apply", "-input=false", "-no-color", "release.plan"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	bytes := files["index.html"] + files["about.html"] + files["assets/v2/style.css"]
	if err := expectWrites(asked, map[string]int{"PutObject": 3, "DeleteMultipleObjects": 1}, bytes); err != nil {
		return err
	}
	order := []string{}
	for _, r := range asked {
		if r.operation == "PutObject" || r.operation == "DeleteMultipleObjects" {
			order = append(order, r.operation+" "+r.target)
		}
	}
	slices.Sort(order[1:3]) // the two pages go side by side
	for _, line := range order {
		s.say("%s", line)
	}
	if !strings.Contains(order[0], "assets/v2/style.css") || !strings.HasPrefix(order[3], "DeleteMultipleObjects") {
		return fmt.Errorf("the site was published in the order %q", order)
	}
	if _, err := s.fetchFile(ctx, "index.html", ""); err != nil {
		return err
	}
	if _, err := s.server.requests(ctx); err != nil { // that was ours
		return err
	}
	return s.expectEmptyPlan(ctx)
}

// newRelease changes the folder of the site.
func (s *story) newRelease() error {
	const before, after = "assets/v1/style.css", "assets/v2/style.css"
	site := s.path("site", "site")
	style, err := os.ReadFile(filepath.Join(site, before))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(site, "assets", "v2"), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(site, after), append(style, "\nh1 { color: darkgreen; }\n"...), 0o600); err != nil {
		return err
	}
	for _, page := range []string{"index.html", "about.html"} {
		text, err := os.ReadFile(filepath.Join(site, page))
		if err != nil {
			return err
		}
		if !strings.Contains(string(text), before) {
			return fmt.Errorf("%s does not use %s", page, before)
		}
		if err := os.WriteFile(filepath.Join(site, page), []byte(strings.ReplaceAll(string(text), before, after)), 0o600); err != nil {
			return err
		}
	}
	return os.Remove(filepath.Join(site, before))
}

// total is what files weigh, in bytes.
func total(files map[string]int64) int64 {
	var sum int64
	for _, size := range files {
		sum += size
	}
	return sum
}

// fileText matches what a plan says of a file: what is stored, and what will be, each as body and rest; null is no file.
var fileText = regexp.MustCompile(`(?:null|"(\d+ B, crc64 \d+), ([0-9a-f]{8})") -> (?:null|"(\d+ B, crc64 \d+), ([0-9a-f]{8})")$`)

// whatDiffers says in words what a plan changes of a file.
func whatDiffers(text string) string {
	parts := fileText.FindStringSubmatch(text)
	switch {
	case parts[1] == "":
		return "new"
	case parts[3] == "":
		return "gone"
	case parts[1] != parts[3]:
		return "other body"
	}
	return "same body, other headers"
}
