// Package ossserver is an Alibaba Cloud OSS endpoint over a local folder: for tests, for trying the provider without an
// account, and as a second, independent reading of how OSS behaves. It shares no code with the provider.
//
// [Server] is an http.Handler whose zero value works and whose exported fields are its knobs. It checks every
// signature, keeps bodies as files, streams them in and out, and what it has acknowledged survives a crash.
// Records, faults and [Server.Object] let a test see what was asked, break it, and look at what is really stored.
//
// # Not modelled
//
// A query parameter, sub-resource or x-oss-* header that is not understood answers 501 NotImplemented, never
// silence, once the signature and the bucket are in order. Not understood are: RAM and bucket policies (an account may do
// everything), the block of public access, hierarchical namespace, lifecycle, website, referer, logging, replication,
// inventory, WORM of whole buckets, image and data processing (x-oss-process), SelectObject, live channels, SSE-C,
// x-oss-persistent-headers, requester-pays and signature V2. Encryption is remembered and echoed, not done. Transfer
// limits are accepted and not applied. A configuration shows at once, where OSS may take seconds. What is not HTTP is
// refused in words that are not OSS's, with a request ID where the server listens by [Server.Attach]. Only one server at a
// time may use a data folder.
//
// # Facts about OSS
//
// Code refers to what it knows of OSS by numbers, such as OSS-012. The list of them, with sources and doubts, is
// docs/design/oss-facts.md.
package ossserver
