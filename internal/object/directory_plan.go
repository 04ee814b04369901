package object

import (
	"maps"
	"slices"
	"strings"
)

// Plan is what has to be done to the objects of a directory.
type Plan struct {
	Directory Directory
	// Steps are all objects that the directory will have, in the order of their names, idle ones among them.
	Steps []Step
	// Deletions are the names of what is deleted, in that order: pages before what they refer to.
	Deletions []string
	// Strangers are the names among Deletions of what others wrote.
	Strangers []string
	// Released are the names of what is no longer in the inventory and stays in the bucket, although it was in it.
	Released []string
	// Conflicts are the names of objects that others wrote, and that may not be written over.
	Conflicts []string
	// Links are the names of symbolic links whose headers or metadata would have to change, which OSS cannot do.
	Links []string

	have Inventory
}

// Own plans a directory with a folder. have is what is stored.
func (d Directory) Own(files []File, have Inventory) Plan {
	p := Plan{Directory: d, have: have}
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[f.Name] = true
		entry := have[f.Name]
		step := d.own(f, entry)
		if entry != nil && entry.Found && !step.Idle() && !d.Overwrite {
			p.Conflicts = append(p.Conflicts, f.Name)
		}
		p.Steps = append(p.Steps, step)
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if !wanted[name] {
			p.drop(name, have[name])
		}
	}
	p.sortDeletions()
	return p
}

// drop decides about an object that the folder does not have.
func (p *Plan) drop(name string, e *Entry) {
	switch {
	case p.Directory.Prune == PruneAll && (!e.Foreign || p.Directory.Takes(name)):
		p.Deletions = append(p.Deletions, name)
		if e.Foreign {
			p.Strangers = append(p.Strangers, name)
		}
	case p.Directory.Prune == PruneManaged && !e.Foreign:
		p.Deletions = append(p.Deletions, name)
	case !e.Found: // else it never was in it
		p.Released = append(p.Released, name)
	}
}

// sortDeletions puts what is written last in front.
func (p *Plan) sortDeletions() {
	last := func(name string) int {
		if matchesAny(p.Directory.Last, name) {
			return 0
		}
		return 1
	}
	slices.SortFunc(p.Deletions, func(a, b string) int {
		if d := last(a) - last(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
}

// Overlay plans a directory without a folder. have is what is stored.
func (d Directory) Overlay(have Inventory) Plan {
	p := Plan{Directory: d, have: have}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		entry := have[name]
		if !d.Takes(name) || entry.Bare {
			p.Released = append(p.Released, name)
			continue
		}
		step := d.overlay(name, entry)
		if entry.link() && step.Change.Reset {
			p.Links = append(p.Links, name)
		}
		p.Steps = append(p.Steps, step)
	}
	return p
}

// Removal plans the end of a directory: everything is deleted that was written from here, and what others wrote only when
// the directory prunes all.
func (d Directory) Removal(have Inventory) Plan { return d.Own(nil, have) }

// Idle reports whether nothing has to be requested.
func (p Plan) Idle() bool {
	return len(p.Deletions) == 0 && !slices.ContainsFunc(p.Steps, func(s Step) bool { return !s.Idle() })
}

// Changed are the names of what will be written or deleted, sorted.
func (p Plan) Changed() []string {
	names := slices.Clone(p.Deletions)
	for _, s := range p.Steps {
		if !s.Idle() {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Files are the files of a plan with a folder, in the order of their names.
func (p Plan) Files() []File {
	files := make([]File, len(p.Steps))
	for i, s := range p.Steps {
		files[i] = s.file
	}
	return files
}

// Early are the names of what is written over, converted or deleted and has a class with a minimum duration.
func (p Plan) Early() []string {
	var names []string
	for _, s := range p.Steps {
		if s.Have != nil && (s.Change.Write || s.Change.Converts) && s.Have.FeeNotice("", "") != nil {
			names = append(names, s.Name)
		}
	}
	for _, name := range p.Deletions {
		if p.have[name].FeeNotice("", "") != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Size is how many bytes the object has.
func (s Step) Size() int64 {
	if s.Want.Body.Kind == KnownBody {
		return s.Want.Body.Size
	}
	return s.Have.Size
}
