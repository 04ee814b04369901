// Package callback knows the upload callback of OSS: the request that OSS sends to
// an application server once an object is stored. It checks a callback before an
// upload carries it and encodes it into the header values of the upload. It is pure:
// no Terraform, no OSS SDK, no network. What verifies a callback request on the
// server stands in examples/callback-receiver, to be copied from there.
package callback
