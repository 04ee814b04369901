package ossclient

import (
	"net/url"
	"strings"
)

// Permission is what RAM has to allow for a request: one or more actions on a resource.
type Permission struct {
	Actions []string // such as "oss:GetObjectAcl"
	On      string   // an ARN, or words where the request does not name the resource
}

// actions are the RAM actions of operations that are not called after them (OSS-390).
var actions = map[string]string{
	"HeadObject": "GetObject", "CopyObject": "PutObject", "UploadPartCopy": "PutObject", "DeleteMultipleObjects": "DeleteObject", "PutObjectACL": "PutObjectAcl",
	"InitiateMultipartUpload": "PutObject", "UploadPart": "PutObject", "CompleteMultipartUpload": "PutObject", "ListObjectsV2": "ListObjects",
}

// needs lists the permissions that a request needs (OSS-390), that of the operation itself first.
func (r request) needs() []Permission {
	action := r.op
	if other := actions[r.op]; other != "" {
		action = other
	}
	if _, named := r.params["versionId"]; named {
		action = ofVersionAction(action)
	}
	key := r.key
	if r.op == "DeleteMultipleObjects" {
		key = "*"
	}
	own := Permission{Actions: []string{"oss:" + action}, On: arn(r.bucket, key)}
	if r.header["X-Oss-Tagging"] != "" {
		own.Actions = append(own.Actions, "oss:PutObjectTagging")
	}
	all := []Permission{own}
	if source, ok := strings.CutPrefix(r.header["X-Oss-Copy-Source"], "/"); ok {
		p := sourcePermission(source, r.header["X-Oss-Tagging-Directive"] == "Replace" || r.op == "UploadPartCopy")
		if p.On == own.On { // a copy onto itself
			all[0].Actions = append(own.Actions, p.Actions...)
		} else {
			all = append(all, p)
		}
	}
	if r.header["X-Oss-Server-Side-Encryption-Key-Id"] != "" {
		all = append(all, Permission{Actions: []string{"kms:GenerateDataKey", "kms:Decrypt"}, On: "the KMS key"})
	}
	return all
}

// ofVersionAction is the action for a version that is named: oss:GetObjectAcl becomes oss:GetObjectVersionAcl.
func ofVersionAction(action string) string {
	return strings.Replace(action, "Object", "ObjectVersion", 1)
}

// sourcePermission is what a copy needs of its source, which is named as x-oss-copy-source has it. A copy that does not
// replace the tags reads them (OSS-224).
func sourcePermission(source string, replacesTags bool) Permission {
	source, version, named := strings.Cut(source, "?versionId=")
	bucket, key, _ := strings.Cut(source, "/")
	if plain, err := url.PathUnescape(key); err == nil {
		key = plain
	}
	p := Permission{Actions: []string{"GetObject"}, On: arn(bucket, key)}
	if !replacesTags {
		p.Actions = append(p.Actions, "GetObjectTagging")
	}
	for i, action := range p.Actions {
		if named && version != "" {
			action = ofVersionAction(action)
		}
		p.Actions[i] = "oss:" + action
	}
	return p
}

func arn(bucket, key string) string {
	if bucket == "" {
		bucket = "*"
	}
	if key == "" {
		return "acs:oss:*:*:" + bucket
	}
	return "acs:oss:*:*:" + bucket + "/" + key
}
