package ossclient

import "testing"

func TestConverts(t *testing.T) {
	t.Parallel()
	kms := Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k1", DataEncryption: "SM4"}
	with := func(change func(*Storage)) Storage {
		s := kms
		change(&s)
		return s
	}
	for name, tc := range map[string]struct {
		to   Storage
		want bool
	}{
		"the same":         {kms, false},
		"another class":    {with(func(s *Storage) { s.StorageClass = "Standard" }), true},
		"the bucket's":     {with(func(s *Storage) { s.StorageClass = "" }), false},
		"another method":   {with(func(s *Storage) { s.Encryption = "AES256" }), true},
		"no encryption":    {Storage{StorageClass: "IA"}, true},
		"another key":      {with(func(s *Storage) { s.EncryptionKeyID = "k2" }), true},
		"the key by ARN":   {with(func(s *Storage) { s.EncryptionKeyID = "acs:kms:cn-hangzhou:1:key/k1" }), false}, // OSS-213
		"another by ARN":   {with(func(s *Storage) { s.EncryptionKeyID = "acs:kms:cn-hangzhou:1:key/k2" }), true},
		"OSS's own cipher": {with(func(s *Storage) { s.DataEncryption = "" }), true},
	} {
		if got := kms.Converts(tc.to); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestHeadersOver(t *testing.T) {
	t.Parallel()
	known := Headers{ContentType: "a/b", ContentDisposition: "inline", ContentLanguage: "de", Expires: "0"}
	shown := Headers{ContentType: "c/d", CacheControl: "no-cache", ContentDisposition: "attachment"}
	if got, want := (Object{Headers: shown}).HeadersOver(known), (Headers{ContentType: "c/d", CacheControl: "no-cache", ContentDisposition: "attachment"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (Object{Headers: shown, ForcedDownload: true}).HeadersOver(known).ContentDisposition; got != "inline" {
		t.Errorf("a disposition of the endpoint's over the known one: %q", got)
	}
}
