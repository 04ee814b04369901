// Package rules knows what Alibaba Cloud OSS allows in bucket names, object
// keys, standard headers, user metadata and tags, and which content type a key
// suggests. It is pure: no network, no Terraform, no OSS SDK.
//
// Every check returns its findings as [finding.Finding] values in a stable order and
// never stops at the first one. A rule is an [Error] only where OSS refuses the
// value, or where the value cannot be sent or would not come back as it was
// written; what OSS stores as it is, although it is likely a mistake, is a
// [Warning]. Where the sources disagree the reading is chosen that is safe under
// both, and a comment says so.
package rules
