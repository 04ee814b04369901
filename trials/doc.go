// Package trials tries clients that nobody of this project wrote against the local OSS server: the Go SDK v2, ali-oss on
// Node.js, curl, and Terraform itself with the example of the guide on offline testing. It also holds the provider's signer
// against theirs. Run it with
//
//	make trials
//
// It needs go, node with npm, curl and terraform on the PATH, and the npm registry or a warm cache of it. It is a module
// of its own so that its dependencies are none of the provider's.
package trials
