package ossserver

// upload is a multipart upload in progress.
type upload struct{}

func (b *bucket) loadUploads() error { return nil }
