package object

import (
	"context"
	"maps"
	"slices"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// wish is what all rules together want of an object.
type wish struct {
	Rule
	asked []string // settings that a rule names
}

// wish puts the rules that match a name over each other: later ones win, entry by entry.
func (d Directory) wish(name string) wish {
	w := wish{Rule: Rule{Metadata: map[string]string{}}}
	for _, rule := range d.Rules {
		if !matchesAny(rule.Match, name) {
			continue
		}
		values, headers := w.All(), rule.Headers
		for header, value := range headers.All() {
			if *value != "" {
				*values[header] = *value
			}
		}
		maps.Copy(w.Metadata, rule.Metadata)
		w.HeadersUnknown = w.HeadersUnknown || rule.HeadersUnknown
		w.settings(rule)
	}
	return w
}

// settings puts the settings of a rule over those of the ones before it.
func (w *wish) settings(rule Rule) {
	ask := func(name string, named bool) {
		unknown := slices.Contains(rule.Unknown, name)
		if (named || unknown) && !slices.Contains(w.asked, name) {
			w.asked = append(w.asked, name)
		}
		if unknown {
			w.Unknown = append(w.Unknown, name)
		}
	}
	ask(ACL, rule.ACL != "")
	ask(StorageClass, rule.StorageClass != "")
	ask(Tags, rule.Tags != nil)
	if rule.ACL != "" {
		w.ACL = rule.ACL
	}
	if rule.StorageClass != "" {
		w.StorageClass = rule.StorageClass
	}
	if rule.Tags != nil && w.Tags == nil {
		w.Tags = map[string]string{}
	}
	maps.Copy(w.Tags, rule.Tags)
}

// unknown reports whether something is not known yet.
func (w wish) unknown() bool { return w.HeadersUnknown || len(w.Unknown) > 0 }

// Step is one object of a directory: what is wanted of it, and what has to be done.
type Step struct {
	Name string
	Want Spec
	// Have is what is stored; nil is nothing, or what may be written over unseen.
	Have   *Entry
	Change Change
	// Text says what will be stored, "" when that is not known yet.
	Text string
	// Last says that it is written after everything else.
	Last bool

	file        File     // of a directory that owns
	asked       []string // settings that a rule names
	decidedType string   // the content type, when no rule names one
}

// asks names the settings of an object that a rule names, and which therefore have to be known.
func (d Directory) asks(name string) []string { return d.wish(name).asked }

// Beginning is the first n bytes of a file of the folder, or fewer; none of a file that cannot be read any more, and without
// a folder.
func (s Step) Beginning(n int64) []byte {
	if s.file.Path == "" {
		return nil
	}
	beginning, err := s.file.Body().Beginning(n)
	if err != nil {
		return nil
	}
	return beginning
}

// Idle reports whether nothing has to be requested.
func (s Step) Idle() bool {
	c := s.Change
	return !c.Create && !c.Write && !c.Reset && !c.SetACL && !c.SetTags
}

// own is the step of a file of the folder. have is nil where nothing is stored.
func (d Directory) own(f File, have *Entry) Step {
	w := d.wish(f.Name)
	body := f.Body()
	step := Step{Name: f.Name, Have: have, file: f, asked: w.asked, Last: matchesAny(d.Last, f.Name)}
	step.Want = Spec{
		Bucket: d.Bucket, Key: d.Prefix + f.Name, Headers: w.Headers, Metadata: w.Metadata, HeadersUnknown: w.HeadersUnknown, Unknown: w.Unknown,
		Settings: ossclient.Settings{ACL: w.ACL, Tags: w.Tags}, Managed: []string{ACL, Tags}, Overwrite: d.Overwrite,
		Body: Body{Kind: KnownBody, Digest: body.Digest(), Size: body.Size, Open: func(context.Context) (Content, error) { return Content{Body: body}, nil }},
	}
	if slices.Contains(w.asked, StorageClass) {
		step.Want.StorageClass, step.Want.Managed = w.StorageClass, append(step.Want.Managed, StorageClass)
	}
	if step.Want.ContentType == "" {
		step.Want.ContentType = d.ContentType(step.Want.Key)
		if have != nil && have.DecidedType != "" { // a new version of the table rewrites nothing
			step.Want.ContentType = have.DecidedType
		}
		step.decidedType = step.Want.ContentType
	}
	if have != nil && have.Bare {
		step.Have = nil
	}
	step.compare()
	if !w.unknown() {
		step.Text = storedText(f.Size, body.Digest(), fingerprint(step.Want.Headers, step.Want.Metadata, step.Want.Settings, step.Want.StorageClass, w.asked))
	}
	return step
}

// compare decides what has to be done for a file. What no rule names is a default of OSS, and is so until a rule names it.
func (s *Step) compare() {
	if s.Have == nil {
		s.Change = Compare(s.Want, nil)
		return
	}
	have := s.Have.State
	if !slices.Contains(s.asked, ACL) {
		if have.ACL == defaultACL {
			have.ACL = ""
		}
		if have.ACL != "" {
			s.Want.ACL = defaultACL // a rule named another before
		}
	}
	if !slices.Contains(s.asked, Tags) {
		s.Want.Tags = map[string]string{}
		if have.Tags == nil {
			have.Tags = s.Want.Tags
		}
	}
	if s.Have.link() && s.differs(have) {
		have.CRC64 = "" // a copy of a link onto itself copies the link, so the file takes its place
	}
	s.Change = Compare(s.Want, &have)
}

func (s Step) differs(have State) bool {
	s.Change = Compare(s.Want, &have)
	return !s.Idle()
}

// link reports whether the object is a symbolic link.
func (e *Entry) link() bool { return e.Seen != nil && e.Seen.Type == "Symlink" }

// overlay is the step of an object whose body is not managed: what rules name is put over what it has.
func (d Directory) overlay(name string, have *Entry) Step {
	w := d.wish(name)
	step := Step{Name: name, Have: have, asked: w.asked, Last: matchesAny(d.Last, name)}
	headers, metadata := have.Headers, maps.Clone(have.Metadata)
	values := headers.All()
	for header, value := range w.All() {
		if *value != "" {
			*values[header] = *value
		}
	}
	if metadata == nil {
		metadata = map[string]string{}
	}
	maps.Copy(metadata, w.Metadata)
	step.Want = Spec{
		Bucket: d.Bucket, Key: d.Prefix + name, Headers: headers, Metadata: metadata, HeadersUnknown: w.HeadersUnknown, Unknown: w.Unknown,
		Settings: ossclient.Settings{ACL: w.ACL, Tags: w.Tags, Storage: ossclient.Storage{StorageClass: w.StorageClass}}, Managed: w.asked,
	}
	step.Change = Compare(step.Want, &have.State)
	if !w.unknown() {
		step.Text = storedText(have.Size, have.CRC64, fingerprint(headers, metadata, step.Want.Settings, w.StorageClass, w.asked))
	}
	return step
}
