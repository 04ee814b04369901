package provider

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// maxPutSize is the largest body of one PutObject, in bytes (facts: PutObject page).
const maxPutSize = 5 << 30

// plannedBody is what a plan knows of the body.
type plannedBody struct {
	managed bool // the configuration has a body
	known   bool // body is valid
	body    ossclient.Body
}

func (m objectModel) bodyManaged() bool {
	return !m.Content.IsNull() || !m.ContentBase64.IsNull() || !m.Source.IsNull()
}

// planBody digests the body as far as it is known. A file that is not there yet is no error: something may make
// it before this resource is applied.
func (m objectModel) planBody(diags *diag.Diagnostics) plannedBody {
	p := plannedBody{managed: m.bodyManaged()}
	if !p.managed || m.Content.IsUnknown() || m.ContentBase64.IsUnknown() || m.Source.IsUnknown() || m.SourceHash.IsUnknown() {
		return p
	}
	var err error
	p.body, err = m.body()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		diags.AddAttributeWarning(path.Root("source"), "Source File Does Not Exist Yet",
			fmt.Sprintf("There is no file %q. That is fine if another resource makes it during this apply; otherwise the apply will fail. "+
				"Paths are relative to the folder Terraform runs in; \"${path.module}/...\" is relative to the module.", m.Source.ValueString()))
	case err != nil:
		addSourceError(diags, m.Source.ValueString(), err)
	default:
		p.known = true
	}
	return p
}

// body digests the body; every value must be known. Its errors are those of opening and reading the file.
func (m objectModel) body() (ossclient.Body, error) {
	switch {
	case !m.Content.IsNull():
		return ossclient.BytesBody([]byte(m.Content.ValueString())), nil
	case !m.ContentBase64.IsNull():
		data, err := base64.StdEncoding.DecodeString(m.ContentBase64.ValueString())
		return ossclient.BytesBody(data), err
	}
	if err := checkFile(m.Source.ValueString()); err != nil {
		return ossclient.Body{}, err
	}
	return ossclient.FileBody(m.Source.ValueString())
}

// bodyAsPlanned is the body with the digest of the plan: reading a file once more to digest it would double the
// work, and the upload checks the digest anyway.
func (m objectModel) bodyAsPlanned(plan plannedDigest) (ossclient.Body, error) {
	if plan.known && !m.Source.IsNull() {
		name := m.Source.ValueString()
		if err := checkFile(name); err != nil {
			return ossclient.Body{}, err
		}
		return ossclient.Body{Open: func() (io.ReadCloser, error) { return os.Open(name) }, Size: plan.size, CRC64: plan.crc64}, nil
	}
	return m.body()
}

var (
	errFolder = errors.New("it is a folder")
	errKind   = errors.New("it is no regular file")
	errLarge  = errors.New("it is larger than 5 GiB, the most that one upload can hold")
)

// checkFile refuses what cannot be the body: opening a pipe or a device might block the plan for ever.
func checkFile(name string) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errFolder
	case !info.Mode().IsRegular():
		return errKind
	case info.Size() > maxPutSize:
		return errLarge
	}
	return nil
}

// addSourceError words what is wrong with the file, at the attribute.
func addSourceError(diags *diag.Diagnostics, name string, err error) {
	summary, mend := "Unreadable Source File", "Check that the user who runs Terraform may read it."
	switch {
	case errors.Is(err, fs.ErrNotExist):
		summary = "Source File Not Found"
		mend = "Check the path; it is relative to the folder Terraform runs in, and \"${path.module}/...\" to the module."
	case errors.Is(err, errFolder):
		mend = "Name one file; for the files of a folder use for_each = fileset(...)."
	case errors.Is(err, errKind):
		mend = "Name a file with a fixed content."
	case errors.Is(err, errLarge):
		summary, mend = "Source File Too Large", "Split the file."
	}
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	diags.AddAttributeError(path.Root("source"), summary, fmt.Sprintf("Could not read %q: %s. %s", name, err, mend))
}
