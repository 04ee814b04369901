package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// What prune can say.
const (
	pruneManaged = "managed"
	pruneAll     = "all"
	pruneNone    = "none"
)

// defaultParallel is how many requests of a directory are on their way at once, unless max_parallel says otherwise.
const defaultParallel = 16

// defaultLast are the globs of what is written after everything else, unless publish_last says otherwise.
var defaultLast = []string{"**/*.html"}

// Schema describes oss_directory.
func (r *directoryResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The objects below a prefix of a bucket as one resource: a site, a release, a folder of thousands of files; or, without a folder, the headers and " +
			"metadata of objects that others write.\n\n" +
			"A plan names each file that is added, changes or goes. A refresh lists the objects, a thousand with each request, and asks for those alone that somebody has written since. " +
			"An apply uploads what has other bytes, copies onto itself what has other headers, writes pages after what they refer to, and deletes last.",
		Attributes: map[string]schema.Attribute{},
		Blocks: map[string]schema.Block{
			"file":     fileBlock(),
			"timeouts": directoryTimeouts(ctx),
		},
	}
	for _, part := range []map[string]schema.Attribute{directoryPlaceSchema(), directoryFilesSchema(), directoryApplySchema(), directoryComputedSchema()} {
		maps.Copy(resp.Schema.Attributes, part)
	}
}

func directoryPlaceSchema() map[string]schema.Attribute {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	return map[string]schema.Attribute{
		"bucket": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the bucket. A change replaces the directory.",
			Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			PlanModifiers:       replace,
		},
		"prefix": schema.StringAttribute{
			Optional: true, Computed: true,
			Default: stringdefault.StaticString(""),
			MarkdownDescription: "What the keys of all objects begin with. It ends in `/`, or is `\"\"`, the default, for the whole bucket. " +
				"A change replaces the directory. Two directories must not have objects below the same prefix.",
			Validators:    []validator.String{ruledBy(checkDirectoryPrefix)},
			PlanModifiers: replace,
		},
		"deletion_policy": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "What a destroy does. `delete` removes the objects, in a bucket with versioning by delete markers; `keep` leaves them and only forgets them. " +
				"Unless set, a directory with a `source` is deleted, and one without is kept.",
			Validators: unlessEmpty(stringvalidator.OneOf(deleteObject, keepObject)),
		},
		"allow_overwrite": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Set to `true` to let objects be written over that exist already and were not written from here. Without it they stop the plan or the apply, " +
				"which names them; what is already stored as it should be is taken over, without a write.",
		},
	}
}

// checkDirectoryPrefix reports what is wrong with a prefix: every key below it has to be sound, and it must end where a
// name does.
func checkDirectoryPrefix(prefix string) []finding.Finding {
	if prefix == "" {
		return nil
	}
	if !strings.HasSuffix(prefix, "/") {
		return []finding.Finding{{Rule: "directory-prefix", Severity: finding.Error, Summary: "Invalid Prefix",
			Detail: fmt.Sprintf("%s does not end in a slash. Write %s.", finding.Quote(prefix), finding.Quote(prefix+"/"))}}
	}
	return rules.CheckKey(prefix)
}

func directoryFilesSchema() map[string]schema.Attribute {
	globs := func(description string, more ...validator.List) schema.ListAttribute {
		return schema.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description,
			Validators: append(more, listvalidator.ValueStringsAre(ruledBy(rules.CheckKeyGlob))),
		}
	}
	return map[string]schema.Attribute{
		"source": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The folder whose files are the objects. Every file is read at plan. Hidden files are taken like all others; links, pipes and devices, files that cannot be read, " +
				"and names that OSS does not allow or that become one key are refused, unless they are excluded. " +
				"Unless set, only headers and metadata of the objects below the prefix are managed, and of these only what `metadata` or a `file` block names.",
			Validators: unlessEmpty(sourcePath()),
		},
		"include": globs("Globs of the files that are meant, relative to the folder; all unless set. `*` stops at a slash, `**` between slashes does not: `assets/**/*.js`. "+
			"`?`, `[a-z]` and `{a,b}` work as in a shell. Without a `source`, globs of objects, relative to the prefix.", listvalidator.SizeAtLeast(1)),
		"exclude": globs("Globs of files that are not meant, even where `include` takes them."),
		"follow_symlinks": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Set to `true` to take a symbolic link for what it points to. Otherwise links are refused, each by name.",
		},
		"metadata": schema.MapAttribute{
			Optional:            true,
			ElementType:         types.StringType,
			MarkdownDescription: "User metadata of every file, names without the `x-oss-meta-` prefix. `file` blocks add to it and go before it.",
			Validators:          []validator.Map{userMetadata{}},
		},
	}
}

func directoryApplySchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"prune": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Which objects are deleted that the folder does not have. `managed`, the default: what this resource wrote. `all`: everything below the prefix that `include` and `exclude` take, " +
				"also what others wrote; the plan names it. `none`: nothing.",
			Validators: unlessEmpty(stringvalidator.OneOf(pruneManaged, pruneAll, pruneNone), stringvalidator.AlsoRequires(path.MatchRoot("source"))),
		},
		"publish_last": schema.ListAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "Globs of the files that are written after all others, and deleted before them: those that refer to others. `[\"**/*.html\"]` unless set. " +
				"When a file before them fails, none of them is written.",
			Validators: []validator.List{listvalidator.ValueStringsAre(ruledBy(rules.CheckKeyGlob))},
		},
		"max_parallel": schema.Int64Attribute{
			CustomType:          wholeNumber{},
			Optional:            true,
			MarkdownDescription: fmt.Sprintf("How many requests are on their way at once; %d unless set.", defaultParallel),
			Validators:          []validator.Int64{int64validator.Between(1, 256)},
		},
	}
}

// fileBlock describes what files get that match its globs.
func fileBlock() schema.Block {
	header := func(name, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: unlessEmpty(headerValue(name))}
	}
	return schema.ListNestedBlock{
		MarkdownDescription: "Headers, metadata and settings of the files that match. A file takes every block that matches it; later ones go before earlier ones, header by header and entry by entry.",
		NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
			"match": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: "Globs of the files, relative to the folder, as those of `include`.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(ruledBy(rules.CheckKeyGlob))},
			},
			"content_type":        header("Content-Type", "`Content-Type` of the files. With a `source` it is chosen by the extension unless set."),
			"cache_control":       header("Cache-Control", "`Cache-Control` of the files."),
			"content_disposition": header("Content-Disposition", "`Content-Disposition` of the files."),
			"content_encoding":    header("Content-Encoding", "`Content-Encoding` of the files, such as `gzip`. They must already be encoded that way."),
			"content_language":    header("Content-Language", "`Content-Language` of the files."),
			"expires":             header("Expires", "`Expires` of the files, an HTTP date."),
			"metadata": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "User metadata of the files, in addition to what earlier blocks and the argument `metadata` say.",
				Validators:          []validator.Map{userMetadata{}},
			},
			"acl": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "ACL of the files: `default`, `private`, `public-read` or `public-read-write`. No list shows it, so it costs a request for each of these files with every refresh. " +
					"Files for which no block names one have the ACL `default`.",
				Validators: unlessEmpty(stringvalidator.OneOf("default", "private", "public-read", "public-read-write")),
			},
			"storage_class": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "`Standard`, `IA`, `Archive`, `ColdArchive` or `DeepColdArchive`. Files for which no block names one are stored in the class of the bucket, " +
					"and stay as they are until they are uploaded again.",
				Validators: unlessEmpty(stringvalidator.OneOf("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")),
			},
			"tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Tags of the files, up to 10. No list shows them, so they cost a request for each of these files with every refresh. Files for which no block names any have none.",
				Validators:          []validator.Map{objectTags{}},
			},
		}},
	}
}

func directoryComputedSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{Computed: true, MarkdownDescription: "`bucket/prefix`."},
		"files": schema.MapAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "What is stored, by the path below the prefix: size, `crc64` and a digest of everything managed besides the body, such as `1024 B, crc64 9223372036854775808, 1a2b3c4d`. " +
				"A plan that changes the last part alone uploads nothing. `by others` ends the text of an object whose body was not written from here.",
		},
		"file_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "How many files there are."},
		"total_size": schema.Int64Attribute{Computed: true, MarkdownDescription: "What they weigh, in bytes."},
		"changed_keys": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Keys that the last apply wrote or deleted, sorted, to refresh a CDN. Of more than 1,000 it has the prefix alone, which stands for everything below it, unless the plan had to name them. " +
				"An apply that writes and deletes nothing leaves it as it is.",
		},
	}
}

// IdentitySchema describes what identifies a directory.
func (r *directoryResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"bucket": identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the bucket."},
			"prefix": identityschema.StringAttribute{OptionalForImport: true, Description: "What the keys of all objects begin with; it ends in a slash, or is empty for the whole bucket."},
		},
	}
}
