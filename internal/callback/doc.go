// Package callback knows the upload callback of OSS: the request that OSS sends to
// an application server once an object is stored. It checks a callback before an
// upload carries it, encodes it into the header values of the upload, and verifies
// on the server that a callback request was signed by OSS. It is pure: no Terraform,
// no OSS SDK, and the one thing that needs a network, the public key, is fetched by
// the caller.
package callback
