// Package cors knows the CORS rules of an OSS bucket: what the service allows in
// them, which rule answers a request, and which rules can never answer. It is
// pure: no network, no Terraform, no OSS SDK.
package cors

// Rule is one CORS rule of a bucket. Rules form an ordered list: OSS answers with
// the first one that matches.
type Rule struct {
	AllowedOrigins []string // scheme://host[:port], each with at most one "*"; or "*"
	AllowedMethods []string // of GET, PUT, DELETE, POST, HEAD
	AllowedHeaders []string // names of request headers in any case, each with at most one "*"
	ExposeHeaders  []string // full names of response headers
	MaxAgeSeconds  *int64   // how long a browser keeps a preflight answer; nil when not set

	// Partial says that some of the fields hold less than they will once every
	// value is known. What is there is checked; what seems to be missing is not.
	Partial bool
}
