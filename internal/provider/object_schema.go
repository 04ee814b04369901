package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// Schema describes oss_object.
func (r *objectResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An object in a bucket: its body, its standard headers and its user metadata.\n\n" +
			"The body is compared by CRC-64, which OSS keeps for every object: a changed file and a body that somebody replaced both show " +
			"in the plan, without a hash in the configuration. A change of headers or metadata copies the object onto itself inside OSS; " +
			"no body is uploaded for it. A standard header or metadata key that is not in the configuration is managed as absent.",
		Attributes: map[string]schema.Attribute{},
		Blocks: map[string]schema.Block{
			"copy_source": copySourceBlock(),
			"callback":    callbackBlock(),
			"timeouts":    objectTimeouts(ctx),
		},
	}
	for _, part := range []map[string]schema.Attribute{objectPlaceSchema(), objectBodySchema(), objectHeaderSchema(), objectAttributeSchema(), objectComputedSchema()} {
		maps.Copy(resp.Schema.Attributes, part)
	}
}

func objectPlaceSchema() map[string]schema.Attribute {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	return map[string]schema.Attribute{
		"bucket": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the bucket. A change replaces the object.",
			Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			PlanModifiers:       replace,
		},
		"key": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Name of the object in the bucket: 1 to 1,023 bytes of UTF-8 that do not begin with `/` or `\\`. " +
				"Terraform turns it into Unicode NFC, so an object whose key is in another form, as macOS writes accents, cannot be named here. A change replaces the object.",
			Validators:    []validator.String{ruledBy(rules.CheckKey)},
			PlanModifiers: replace,
		},
		"allow_overwrite": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Set to `true` to let the creation replace an object that exists already, with all its headers, metadata, tags and ACL. " +
				"Without a body in the configuration it takes over the existing object, whose body stays. " +
				"It acts on creation only. Without it the creation stops at an existing object and says how to import it.",
		},
		"deletion_policy": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "What a destroy does. `delete` removes the object; in a bucket with versioning that sets a delete marker, and the versions stay. " +
				"`delete_all_versions` removes every version and marker of the key for good. `keep` leaves the object and only forgets it. " +
				"Unless set, an object whose body is managed is deleted, and one of which only the metadata is managed is kept.",
			Validators: unlessEmpty(stringvalidator.OneOf(deleteObject, deleteAllVersions, keepObject)),
		},
	}
}

func objectBodySchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"content": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "The body as text, stored as UTF-8. It is kept in the state; for large bodies use `source`. `\"\"` makes an empty object. " +
				"Terraform turns text into Unicode NFC, so `file(...)` of a text in another form stores other bytes than `source`.",
		},
		"content_base64": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "The body as base64, for small bodies that are not text.",
			Validators:          []validator.String{isBase64()},
		},
		"source": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Path of the file that is the body. The file is read at plan to learn its CRC-64, so a change shows by itself. " +
				"A file that another resource builds in the same apply needs `source_hash`; without it a file that is missing at plan is an error. " +
				"Where no file has the name and one differs from it in its Unicode form alone, as macOS and archives write accents, that one is meant.",
			Validators: unlessEmpty(sourcePath()),
		},
		"source_hash": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Any text that changes when the file is rebuilt during the same apply, such as a hash that the building resource exports. " +
				"While it is not known, the body is planned as not known. It never causes an upload of bytes that are stored already.",
		},
		"content_wo": schema.StringAttribute{
			Optional:  true,
			WriteOnly: true,
			MarkdownDescription: "The body as text that must not be seen: neither it nor a digest of it is kept in plan or state, so `crc64` and `etag` stay null. " +
				"Its `size` is in both. It is uploaded on creation, when `content_wo_version` changes, and when somebody else replaced the stored body.",
		},
		"content_wo_version": schema.Int64Attribute{
			CustomType:          wholeNumber{},
			Optional:            true,
			MarkdownDescription: "Any number; a change of it uploads `content_wo`, whose own changes cannot be seen, unless the stored body is the same bytes already.",
		},
		"ignore_body_drift": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Set to `true` to leave a body that somebody else wrote as it is, and not to call it drift: then only a change of the body arguments uploads. " +
				"[A guide](../guides/shared-objects.md#bodies-that-others-change) says more.",
		},
	}
}

// copySourceBlock describes a body that is copied inside OSS.
func copySourceBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "The body is copied from another object inside OSS, and passes through neither Terraform nor this machine. " +
			"Only the body is copied: headers, metadata and tags are those of this resource. " +
			"A source that changes is noticed at plan and copied again.",
		Validators: []validator.Object{
			objectvalidator.AlsoRequires(path.MatchRelative().AtName("bucket"), path.MatchRelative().AtName("key")),
		},
		Attributes: map[string]schema.Attribute{
			"bucket": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Bucket of the source, in the same region.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			},
			"key": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Key of the source.",
				Validators:          []validator.String{ruledBy(rules.CheckKey)},
			},
			"version_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Version of the source; the current one unless set.",
				Validators:          unlessEmpty(),
			},
			"etag": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "ETag that the source must have. Set it to the `etag` of the `oss_object` that writes the source, " +
					"so that both can change in one apply.",
				Validators: unlessEmpty(),
			},
		},
	}
}

// objectAttributeSchema describes what is managed only when it is configured.
func objectAttributeSchema() map[string]schema.Attribute {
	const unmanaged = " Not managed unless set, see [What is managed](#what-is-managed)."
	attribute := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: description + unmanaged, Validators: unlessEmpty(validators...)}
	}
	return map[string]schema.Attribute{
		"acl": attribute("Who may read and write the object: `default` (as the bucket says), `private`, `public-read` or `public-read-write`.",
			stringvalidator.OneOf(rules.ACLs...)),
		"storage_class": attribute("`Standard`, `IA`, `Archive`, `ColdArchive` or `DeepColdArchive`. A change copies the object onto itself inside OSS. "+
			"The classes for rarely used data have a minimum duration: removing, replacing or converting such an object earlier costs a fee.",
			stringvalidator.OneOf(rules.StorageClasses...)),
		"server_side_encryption": attribute("Encryption at rest: `AES256`, `KMS` or `SM4`.", stringvalidator.OneOf("AES256", "KMS", "SM4")),
		"server_side_encryption_key_id": attribute("Id or ARN (`acs:kms:REGION:ACCOUNT:key/ID`) of the KMS key, with `server_side_encryption = \"KMS\"`; OSS's own key unless set. "+
			"OSS shows the id alone, which counts as the same key.",
			ruledBy(rules.CheckEncryptionKeyID), onlyWithKMS()),
		"server_side_data_encryption": attribute("`SM4` to encrypt with that algorithm, with `server_side_encryption = \"KMS\"`.",
			stringvalidator.OneOf("SM4"), onlyWithKMS()),
		"tags": schema.MapAttribute{
			Optional: true, Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Object tags, up to 10. `{}` manages them as absent." + unmanaged,
			Validators:          []validator.Map{objectTags{}},
		},
	}
}

func objectHeaderSchema() map[string]schema.Attribute {
	header := func(name, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: unlessEmpty(headerValue(name))}
	}
	return map[string]schema.Attribute{
		"content_type": schema.StringAttribute{
			Optional: true,
			Computed: true,
			MarkdownDescription: "`Content-Type` of the object. Unless set it is chosen at plan from the extension of `key` by a fixed table, " +
				"the same on every machine, and `application/octet-stream` where the table has none.",
			Validators: unlessEmpty(headerValue("Content-Type")),
		},
		"cache_control":       header("Cache-Control", "`Cache-Control` of the object: who may keep it, and for how long."),
		"content_disposition": header("Content-Disposition", "`Content-Disposition` of the object, such as `attachment; filename=\"report.pdf\"` to have browsers download it."),
		"content_encoding":    header("Content-Encoding", "`Content-Encoding` of the object, such as `gzip`. The body must already be encoded that way."),
		"content_language":    header("Content-Language", "`Content-Language` of the object: the language of the body, such as `zh-CN`."),
		"expires":             header("Expires", "`Expires` of the object, an HTTP date such as `Wed, 21 Oct 2026 07:28:00 GMT`. OSS stores it verbatim. `0` is what caches take for expired."),
		"metadata": schema.MapAttribute{
			Optional:    true,
			ElementType: types.StringType,
			MarkdownDescription: "User metadata, names without the `x-oss-meta-` prefix. Names hold lower-case letters, digits and hyphens; " +
				"names with their prefix and values together stay under 8 KB.",
			Validators: []validator.Map{userMetadata{}},
		},
	}
}

func objectComputedSchema() map[string]schema.Attribute {
	computed := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"id":    computed("`bucket/key`."),
		"etag":  computed("ETag of the stored body, without quotes; null with `content_wo`. OSS advises against reading it as an MD5; compare bodies by `crc64`. Like `crc64` it gives a short body away to whoever guesses, also that of a sensitive `content`: use `content_wo` there."),
		"crc64": computed("CRC-64 (ECMA) of the body, an unsigned decimal as OSS shows it; null with `content_wo`. It is in clear also when `content` is sensitive."),
		"size": schema.Int64Attribute{
			Computed:            true,
			MarkdownDescription: "Size of the body in bytes, also with `content_wo`.",
		},
		"version_id": computed("Version of the object in a bucket whose versioning is or was enabled, else null."),
		"callback_response": computed("What the receiver of the upload's `callback` answered, as JSON text for `jsondecode`. It is known after apply exactly when an upload is planned, which is when OSS will call back; " +
			"null without a callback, and when the callback failed or its answer was lost."),
	}
}

// IdentitySchema describes what identifies an object.
func (r *objectResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"bucket": identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the bucket."},
			"key":    identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the object in the bucket."},
		},
	}
}
