package object

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// What an earlier version remembered is read as it was meant.
func TestMemoryOfAnEarlierVersion(t *testing.T) {
	t.Parallel()
	text := `{"content_type_from":"table","content_type":"text/css","managed":["acl","tags"],"write_only":{"salt":"AQI=","sum":"AwQ="},` +
		`"written":"2026-01-02T03:04:05Z","seen":{"storage_class":"IA","server_side_encryption":"KMS","server_side_encryption_key_id":"k","object_type":"Normal"},"callback_owed":true}`
	want := Memory{
		ContentTypeFrom: "table", DecidedType: "text/css", Managed: []string{ACL, Tags}, Secret: &Seal{Salt: []byte{1, 2}, Sum: []byte{3, 4}},
		Written: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), CallbackOwed: true,
		Seen: &Seen{Storage: ossclient.Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k"}, Type: "Normal"},
	}
	var got Memory
	if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	back, err := json.Marshal(want)
	if err != nil || string(back) != text {
		t.Errorf("written as %s, %v", back, err)
	}
}

// TestMain makes seals cheap: the walks through faults put on and compare hundreds.
func TestMain(m *testing.M) {
	shippedRounds, sealRounds = sealRounds, 1
	os.Exit(m.Run())
}

var shippedRounds int

func TestSeal(t *testing.T) {
	t.Parallel()
	if shippedRounds < 200_000 {
		t.Errorf("a guess at a sealed body takes only %d rounds", shippedRounds)
	}
	seal, err := NewSeal("42")
	if err != nil || !seal.Fits("42") || seal.Fits("43") {
		t.Errorf("%+v, %v", seal, err)
	}
	again, err := NewSeal("42")
	if err != nil || reflect.DeepEqual(seal, again) {
		t.Error("two seals of one digest are the same")
	}
}

func TestRefreshed(t *testing.T) {
	t.Parallel()
	seal, err := NewSeal("one")
	if err != nil {
		t.Fatal(err)
	}
	shown := func(etag, crc string) ossclient.Object {
		return ossclient.Object{ETag: etag, CRC64: crc, Size: 3, Type: "Normal", Storage: ossclient.Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k1"}}
	}
	for name, tc := range map[string]struct {
		change    func(*State)
		shown     ossclient.Object
		etag, crc string
	}{
		"as it was":              {func(*State) {}, shown("E1", "one"), "E1", "one"},
		"another body":           {func(*State) {}, shown("E2", "two"), "E2", "two"},
		"same ETag, no CRC":      {func(*State) {}, shown("E1", ""), "E1", "one"},
		"other ETag, no CRC":     {func(*State) {}, shown("E2", ""), "E2", ""},
		"secret":                 {func(s *State) { s.Secret, s.ETag, s.CRC64 = seal, "", "" }, shown("E1", "one"), "", ""},
		"secret replaced":        {func(s *State) { s.Secret, s.ETag, s.CRC64 = seal, "", "" }, shown("E2", "two"), "E2", "two"},
		"secret put back":        {func(s *State) { s.Secret, s.ETag, s.CRC64 = seal, "E2", "two" }, shown("E1", "one"), "", ""},
		"secret, no CRC in HEAD": {func(s *State) { s.Secret, s.ETag, s.CRC64 = seal, "", "" }, shown("E2", ""), "", ""},
	} {
		have := plainState()
		tc.change(&have)
		if got := have.refreshed(tc.shown); got.ETag != tc.etag || got.CRC64 != tc.crc {
			t.Errorf("%s: ETag %q, CRC %q", name, got.ETag, got.CRC64)
		}
	}
	for name, tc := range map[string]struct {
		change func(*State)
		want   ossclient.Storage
	}{
		"nobody asked": {func(*State) {}, ossclient.Storage{}},
		"managed":      {func(s *State) { s.Managed = []string{Encryption} }, ossclient.Storage{Encryption: "KMS"}},
		"in the state": {func(s *State) { s.StorageClass = "Standard" }, ossclient.Storage{StorageClass: "IA"}},
		"imported":     {func(s *State) { s.ContentTypeFrom = "" }, ossclient.Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k1"}},
		"left open":    {func(s *State) { s.ContentTypeFrom, s.Open = "", true }, ossclient.Storage{}},
		"open, asked":  {func(s *State) { s.ContentTypeFrom, s.Open, s.Managed = "", true, []string{StorageClass} }, ossclient.Storage{StorageClass: "IA"}},
		"key by ARN":   {func(s *State) { s.EncryptionKeyID = "acs:kms:r:1:key/k1" }, ossclient.Storage{EncryptionKeyID: "acs:kms:r:1:key/k1"}},
		"another key":  {func(s *State) { s.EncryptionKeyID = "acs:kms:r:1:key/k2" }, ossclient.Storage{EncryptionKeyID: "k1"}},
	} {
		have := plainState()
		tc.change(&have)
		if got := have.refreshed(shown("E1", "one")); got.Storage != tc.want || got.Seen.EncryptionKeyID != "k1" {
			t.Errorf("%s: %+v, want %+v", name, got.Storage, tc.want)
		}
	}
}

// A setting that is wanted goes over what is there; another method of encryption leaves the arguments of the old one behind.
func TestOver(t *testing.T) {
	t.Parallel()
	have := ossclient.Settings{ACL: "private", Storage: ossclient.Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k1", DataEncryption: "SM4"}, Tags: map[string]string{"a": "1"}}
	for name, tc := range map[string]struct {
		want Spec
		over ossclient.Settings
	}{
		"nothing wanted": {Spec{Settings: ossclient.Settings{ACL: "public-read"}}, have},
		"another key":    {Spec{Managed: []string{EncryptionKeyID}, Settings: ossclient.Settings{Storage: ossclient.Storage{EncryptionKeyID: "k2"}}}, ossclient.Settings{ACL: "private", Storage: ossclient.Storage{StorageClass: "IA", Encryption: "KMS", EncryptionKeyID: "k2", DataEncryption: "SM4"}, Tags: have.Tags}},
		"another method": {Spec{Managed: []string{Encryption}, Settings: ossclient.Settings{Storage: ossclient.Storage{Encryption: "AES256"}}}, ossclient.Settings{ACL: "private", Storage: ossclient.Storage{StorageClass: "IA", Encryption: "AES256"}, Tags: have.Tags}},
		"no tags":        {Spec{Managed: []string{Tags, ACL}}, ossclient.Settings{Storage: have.Storage, Tags: map[string]string{}}},
	} {
		if got := tc.want.Over(have); !reflect.DeepEqual(got, tc.over) {
			t.Errorf("%s: %+v, want %+v", name, got, tc.over)
		}
	}
}
