package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// urlBeginning is that of a URL, not of a path.
var urlBeginning = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+://`)

// sourcePath refuses what is written for the path of a file or a folder and is none. What follows may be a password, so it is not repeated.
func sourcePath() validator.String {
	return stringCheck{check: func(req validator.StringRequest, diags *diag.Diagnostics) {
		const title = "Invalid Source"
		name := req.ConfigValue.ValueString()
		switch scheme := strings.ToLower(urlBeginning.FindString(name)); {
		case scheme == "oss://" || scheme == "s3://":
			diags.AddAttributeError(req.Path, title, fmt.Sprintf("source is a path on this machine, and this begins with %q. To copy an object inside OSS, use the block copy_source { bucket, key } of oss_object.", scheme))
		case scheme == "file://":
			diags.AddAttributeError(req.Path, title, "source is a path, and this is a URL. Leave \"file://\" out.")
		case scheme != "":
			diags.AddAttributeError(req.Path, title, fmt.Sprintf("source is a path on this machine, and this begins with %q. Download it first, "+
				"or set content_base64 of oss_object to the response_body_base64 of a data source \"http\".", scheme))
		case name == "~" || strings.HasPrefix(name, "~/"):
			if _, err := os.Stat(name); err != nil { // a folder may be called so
				diags.AddAttributeError(req.Path, title, fmt.Sprintf("\"~\" does not stand for the home folder in Terraform. Write pathexpand(%q).", name))
			}
		}
	}}
}

// missingSource words a plan whose file is not there. A typo must not pass the plan of a pipeline, so it is an error unless
// source_hash says that something is going to make the file. Where the object is stored already and no argument of its body
// has changed since, the plan may be the one that a destroy begins with, which no provider can distinguish from another, and
// which a file that is no longer needed must not stop. before is the state.
func (m objectModel) missingSource(before *objectModel, diags *diag.Diagnostics) {
	name := m.Source.ValueString()
	switch {
	case !m.SourceHash.IsNull():
		diags.AddAttributeWarning(path.Root("source"), "Source File Does Not Exist Yet", fmt.Sprintf(
			"There is no file %q. source_hash is set, so another resource is expected to make it during this apply; otherwise the apply will fail. %s", name, sourcePlace))
	case before != nil && !m.bodyDiffers(before.bodyModel):
		diags.AddAttributeWarning(path.Root("source"), "Source File Is Gone", fmt.Sprintf(
			"There is no file %q any more. A destroy does not need it, and any other apply of this plan will fail. If another resource makes it during the apply, set source_hash to something that this resource exports. %s", name, sourcePlace))
	default:
		diags.AddAttributeError(path.Root("source"), "Source File Not Found", fmt.Sprintf(
			"There is no file %q. If another resource makes it during this apply, set source_hash to something that this resource exports. Otherwise check the path. %s", name, sourcePlace))
	}
}

const sourcePlace = "Paths are relative to the folder Terraform runs in; \"${path.module}/...\" is relative to the module."

// findSource returns the path of a source as the file system has it. Terraform turns every text into Unicode NFC, and
// macOS and many archives name files in NFD: where a name is missing and exactly one in its folder differs in its form
// alone, that one is meant.
func findSource(name string) (string, error) {
	_, err := os.Stat(name)
	if !errors.Is(err, fs.ErrNotExist) {
		return name, err
	}
	found := filepath.VolumeName(name)
	for i, part := range strings.Split(filepath.ToSlash(name[len(found):]), "/") {
		if i > 0 {
			found += string(filepath.Separator)
		}
		if part == "" || part == "." || part == ".." {
			found += part
			continue
		}
		form, ok := otherForm(found, part)
		if !ok {
			return name, err
		}
		found += form
	}
	return found, nil
}

// foundSource is findSource for what says itself that there is nothing.
func foundSource(name string) string {
	if found, err := findSource(name); err == nil {
		return found
	}
	return name
}

// otherForm finds the one name in a folder that is part, or differs from it in its Unicode form alone.
func otherForm(folder, part string) (string, bool) {
	if _, err := os.Lstat(folder + part); err == nil {
		return part, true
	}
	if folder == "" {
		folder = "."
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", false
	}
	alike := ""
	for _, entry := range entries {
		if norm.NFC.String(entry.Name()) != norm.NFC.String(part) {
			continue
		}
		if alike != "" {
			return "", false
		}
		alike = entry.Name()
	}
	return alike, alike != ""
}

// checkCoding compares the body with the headers that say how to read it, where both are known.
func (m objectModel) checkCoding(body ossclient.Body, diags *diag.Diagnostics) {
	if m.ContentType.IsUnknown() || m.ContentEncoding.IsUnknown() {
		return
	}
	if beginning, err := body.Beginning(rules.BodyBeginning); err == nil { // else the apply will show: the file has just been read
		addViolations(diags, path.Root("content_encoding"), rules.CheckBody(beginning, m.ContentType.ValueString(), m.ContentEncoding.ValueString()))
	}
}

// keyInOtherForm says, of an object that is not there, whether one is under the same key in the other Unicode form, which
// Terraform cannot name; else "" (OSS-288). It costs one HEAD for a key that has another form.
func keyInOtherForm(ctx context.Context, client *ossclient.Client, bucket, key string) string {
	other := norm.NFD.String(key)
	if other == key || client == nil {
		return ""
	}
	if _, err := client.HeadObject(ctx, bucket, other); err != nil {
		return ""
	}
	return " There is an object whose key is the same text in another Unicode form (NFD, in which macOS and many archives write accents). " +
		"Terraform turns every text into NFC, so that it cannot name this key. Copy the object to the key in NFC with another tool, such as ossutil, and delete the old one."
}
