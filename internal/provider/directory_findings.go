package provider

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// namedOf is how many names of a group a message gives; mostCauses how many groups.
const (
	namedOf    = 5
	mostCauses = 20
)

// some quotes the first names of a list, and says how many more there are.
func some(names []string) string {
	quotes := make([]string, 0, namedOf)
	for _, name := range names[:min(namedOf, len(names))] {
		quotes = append(quotes, finding.QuoteLong(name))
	}
	if more := len(names) - len(quotes); more > 0 {
		return strings.Join(quotes, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(quotes, ", ")
}

// count says how many there are of something.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// causes gathers names by what is wrong with them.
type causes map[string][]string

func (c causes) add(why, name string) { c[why] = append(c[why], name) }

// lines say what is wrong, the most common first.
func (c causes) lines() string {
	whys := slices.SortedFunc(maps.Keys(c), func(a, b string) int {
		return cmp.Or(len(c[b])-len(c[a]), strings.Compare(a, b))
	})
	lines := []string{}
	for _, why := range whys[:min(mostCauses, len(whys))] {
		lines = append(lines, fmt.Sprintf("  %s: %s\n    %s", count(len(c[why]), "file"), why, some(c[why])))
	}
	if more := len(whys) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more kinds of faults", more))
	}
	return strings.Join(lines, "\n")
}

// refuse says which files cannot be stored, all in one message.
func (p *directoryPlanner) refuse(files []object.File, refused []object.Refusal) {
	wrong, questionable := causes{}, causes{}
	for _, r := range refused {
		wrong.add(r.Why, r.Name)
	}
	if !p.plan.Prefix.IsUnknown() {
		for _, f := range files {
			for _, v := range rules.CheckKey(p.plan.Prefix.ValueString() + f.Name) {
				list := questionable
				if v.Severity == finding.Error {
					list = wrong
				}
				list.add(keyFaults[v.Rule], f.Name)
			}
		}
	}
	if len(wrong) > 0 {
		p.diags.AddAttributeError(path.Root("source"), "Files Cannot Be Stored", fmt.Sprintf(
			"The folder %q has files that cannot become objects. Remove or rename them, or leave them out with exclude.\n\n%s", p.plan.Source.ValueString(), wrong.lines()))
	}
	if len(questionable) > 0 {
		p.diags.AddAttributeWarning(path.Root("source"), "Questionable File Names", fmt.Sprintf(
			"The folder %q has files whose names OSS takes, and which are hard to reach.\n\n%s", p.plan.Source.ValueString(), questionable.lines()))
	}
}

// keyFaults are the faults of a key by their rules, in words that do not depend on the key.
var keyFaults = map[string]string{
	"key-empty":         "has no name",
	"key-length":        "has a key that is longer than 1,023 bytes, the prefix included",
	"key-utf8":          "has a name that is not UTF-8",
	"key-leading-slash": "has a key that begins with a slash or a backslash",
	"key-control":       "has a control character in its name, which many tools can neither list nor delete",
	"key-dot-segment":   "has the path segment \".\" or \"..\", which browsers and proxies resolve",
}

// check says what stands in the way of a plan, what breaks a rule, and what it costs.
func (p *directoryPlanner) check(d directoryDecision) {
	id := p.plan.ID.ValueString()
	if len(d.Conflicts) > 0 && !d.vague {
		p.diags.AddError("OSS Objects Already Exist", conflictText(id, d.Conflicts))
	}
	if len(d.Links) > 0 {
		p.diags.AddError("OSS Object Is a Symbolic Link", fmt.Sprintf("What is below %q has %s whose headers or metadata would change: %s. OSS changes these by a copy of the object onto itself, "+
			"and of a link it copies the link only. Leave them out with exclude, and manage the objects that they point to.", id, count(len(d.Links), "symbolic link"), some(d.Links)))
	}
	if len(d.Steps) == 0 && len(d.Deletions) > 0 && d.Directory.Owns {
		p.diags.AddAttributeWarning(path.Root("source"), "Source Folder Is Empty", fmt.Sprintf("The folder %q has no files that are meant, so %s below %q will be deleted. "+
			"If a build should have filled it, stop here.", p.plan.Source.ValueString(), count(len(d.Deletions), "object"), id))
	}
	p.checkRules(d)
	p.checkBodies(d)
	p.checkPolicy(d)
	if len(d.Strangers) > 0 {
		p.diags.AddAttributeWarning(path.Root("prune"), "Objects of Others Will Be Deleted", fmt.Sprintf("prune = \"all\" deletes %s below %q that others wrote:\n\n  %s",
			count(len(d.Strangers), "object"), id, strings.Join(quotedLines(d.Strangers), "\n  ")))
	}
	if len(d.Released) > 0 {
		p.diags.AddWarning("Objects Left in the Bucket", p.releasedText(id, d.Released))
	}
	addEarly(p.diags, d.Plan)
}

// mostNamed is how many names a message has of what must not be overlooked.
const mostNamed = 200

// quotedLines are the names, one by one.
func quotedLines(names []string) []string {
	lines := make([]string, 0, len(names))
	for _, name := range names[:min(mostNamed, len(names))] {
		lines = append(lines, quoted(name))
	}
	if more := len(names) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more, which changed_keys of the plan or the objects that leave its files name", more))
	}
	return lines
}

func conflictText(id string, names []string) string {
	return fmt.Sprintf("In the way of files below %q: %s that others wrote, with another body, other headers or other metadata: %s. Nothing was written. "+
		"To take over all that is there, import the directory (terraform import ADDRESS %q); to write over these, set allow_overwrite = true; or leave their files out with exclude.",
		id, count(len(names), "object"), some(names), id)
}

// releasedText says why objects leave the state and stay in the bucket.
func (p *directoryPlanner) releasedText(id string, names []string) string {
	objects := fmt.Sprintf("Terraform forgets %s below %q, and leaves what is stored in the bucket: %s.", count(len(names), "object"), id, some(names))
	switch {
	case p.plan.Source.IsNull():
		return objects + " include and exclude no longer take them."
	case p.plan.Prune.ValueString() == pruneNone:
		return objects + " prune = \"none\" says so."
	case p.before != nil && p.before.Source.IsNull():
		return objects + " The folder does not have them, and they were not written from here. prune = \"all\" would delete them."
	}
	return objects + " The folder no longer has them, and others have written their bodies since. prune = \"all\" would delete them."
}

// addEarly warns of the fee for what goes before the minimum duration of its class.
func addEarly(diags *diag.Diagnostics, p object.Plan) {
	if names := p.Early(); len(names) > 0 {
		diags.AddWarning("Possible Early Deletion Fee", fmt.Sprintf("OSS charges a minimum of days for some storage classes: IA 30, Archive 60, ColdArchive and DeepColdArchive 180. "+
			"The plan replaces, converts or deletes %s of such a class: %s. If that is before these days are over, the rest is charged at once.", count(len(names), "object"), some(names)))
	}
}

// checkRules holds what the rules make of each file together against OSS's limits; each value alone was checked where it
// is written.
func (p *directoryPlanner) checkRules(d directoryDecision) {
	wrong := causes{}
	for _, s := range d.Steps {
		if size := rules.Size(s.Want.Metadata); size > rules.MaxSize {
			wrong.add(fmt.Sprintf("has %d bytes of metadata, names with their prefixes included, and OSS allows %d", size, rules.MaxSize), s.Name)
		}
		if n := len(s.Want.Tags); n > rules.MaxTags {
			wrong.add(fmt.Sprintf("has %d tags, and OSS allows %d", n, rules.MaxTags), s.Name)
		}
	}
	if len(wrong) > 0 {
		p.diags.AddAttributeError(path.Root("file"), "Too Much for One Object", "What metadata and the file blocks say together is more than OSS takes.\n\n"+wrong.lines())
	}
}

// checkBodies compares the beginning of what is written with the headers that say how to read it. Files that stay as they are
// are not opened once more.
func (p *directoryPlanner) checkBodies(d directoryDecision) {
	found, names := []finding.Finding{}, causes{}
	for _, s := range d.Steps {
		beginning := []byte{}
		if !s.Idle() {
			beginning = s.Beginning(rules.BodyBeginning)
		}
		for _, f := range rules.CheckBody(beginning, s.Want.ContentType, s.Want.ContentEncoding) {
			if names[f.Rule] == nil {
				found = append(found, f)
			}
			names.add(f.Rule, s.Name)
		}
	}
	for _, f := range found {
		p.diags.AddAttributeWarning(path.Root("file"), f.Summary, fmt.Sprintf("This is so for %s: %s. %s", count(len(names[f.Rule]), "file"), some(names[f.Rule]), f.Detail))
	}
}

// checkPolicy holds every file against the team's rules, and sums up what is broken. Where nothing is written that is only
// a warning: a destroy begins with such a plan.
func (p *directoryPlanner) checkPolicy(d directoryDecision) {
	if p.data == nil || p.data.policy == nil || d.vague || p.plan.ID.IsUnknown() {
		return
	}
	tally := p.data.policy.Tally(namedOf)
	for _, s := range d.Steps {
		tally.Add(s.Want.Bucket, s.Want.Key, p.data.policy.Check(policyObjectOf(s)))
	}
	found := []policy.Violation{}
	for _, g := range tally.Groups() {
		g.Finding = g.Summed()
		found = append(found, g.Violation)
	}
	if d.Idle() {
		onlyWarn(found)
	}
	addViolationsOf(p.diags, p.plan.ID.ValueString(), found, func(v policy.Violation) path.Path {
		if v.Part == policy.Metadata && p.plan.Metadata.Elements()[v.Name] != nil {
			return path.Root("metadata").AtMapKey(v.Name)
		}
		return path.Root("file")
	})
	if more := fmt.Sprintf("And %s more, in too many ways to list them.", count(tally.Ungrouped, "violation")); tally.Ungrouped > 0 && d.Idle() {
		p.diags.AddWarning("Metadata Policy Violation", more)
	} else if tally.Ungrouped > 0 {
		p.diags.AddError("Metadata Policy Violation", more)
	}
}

// policyObjectOf is a file as a policy looks at it.
func policyObjectOf(s object.Step) policy.Object {
	o := policy.Object{
		Bucket: s.Want.Bucket, Key: s.Want.Key, Headers: map[string]string{}, Metadata: s.Want.Metadata, MetadataUnknown: s.Want.HeadersUnknown,
		ACL: s.Want.ACL, StorageClass: s.Want.StorageClass, Tags: s.Want.Tags,
	}
	headers := s.Want.Headers
	for name, value := range headers.All() {
		switch {
		case *value != "":
			o.Headers[name] = *value
		case s.Want.HeadersUnknown:
			o.UnknownHeaders = append(o.UnknownHeaders, name)
		}
	}
	if s.Want.HeadersUnknown { // any of them may turn out to be another
		for name := range o.Metadata {
			o.UnknownMetadata = append(o.UnknownMetadata, name)
		}
	}
	if o.ACL == "" && s.Want.Manages(object.ACL) && !slices.Contains(s.Want.Unknown, object.ACL) {
		o.ACL = "default"
	}
	if !s.Want.Manages(object.Tags) || slices.Contains(s.Want.Unknown, object.Tags) {
		o.Tags, o.TagsUnknown = nil, true
	}
	return o
}

// refuseTwins refuses objects that have one name in Terraform.
func (p *directoryPlanner) refuseTwins(inv object.Inventory) bool {
	return refuseTwins(p.diags, p.plan.ID.ValueString(), inv)
}

func refuseTwins(diags *diag.Diagnostics, id string, inv object.Inventory) bool {
	twins := inv.Twins()
	if len(twins) > 0 {
		diags.AddError("Objects With One Name", fmt.Sprintf("Below %q there are objects whose keys differ in their Unicode form alone, which Terraform cannot tell apart: %s. "+
			"Rename or delete one of each, or leave them out with exclude.", id, some(twins)))
	}
	return len(twins) == 0
}
