package provider

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// The suite runs against a real bucket, as CONTRIBUTING.md says: a part of it is started again as a developer with an account
// would, against a second server that it knows by its environment alone. Its tests run there, those that cannot say why,
// and the bucket is afterwards what it was.
func TestSuiteRunsAgainstARealBucket(t *testing.T) {
	t.Parallel()
	rig.Terraform(t) // the part of the suite that this starts runs it
	const id, secret, token, region = "real-key-id", "TheSecretOfTheRealBucket", "TheTokenOfTheRealBucket", "eu-central-1"
	for name, run := range map[string]struct {
		account     ossserver.Account
		environment []string
		ran, left   []string // tests that pass there, and tests that skip themselves
		operations  []string // what the server has to have been asked among others
	}{
		"OSS variables": {
			account:     ossserver.Account{AccessKeyID: id, AccessKeySecret: secret},
			environment: []string{"OSS_ACCESS_KEY_ID=" + id, "OSS_ACCESS_KEY_SECRET=" + secret, realRegion + "=" + region},
			ran:         []string{"TestObjectLifecycle", "TestCORSHeaderCase", "TestImportByIdentity"},
			left:        []string{"TestObjectDrift", "TestForcedDownloadIsNoDrift", "TestKeyByARN"},
			operations:  []string{"PutObject", "CopyObject", "HeadObject", "PutObjectTagging", "PutBucketCors", "DeleteObject"},
		},
		"temporary key in ALIBABA_CLOUD variables": {
			account:     ossserver.Account{AccessKeyID: id, AccessKeySecret: secret, SecurityToken: token},
			environment: []string{"ALIBABA_CLOUD_ACCESS_KEY_ID=" + id, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + secret, "ALIBABA_CLOUD_SECURITY_TOKEN=" + token, "OSS_REGION=" + region},
			ran:         []string{"TestObjectCreate", "TestCORSOrderIsKept"},
			left:        []string{"TestProviderInput"},
			operations:  []string{"PutObject", "PutBucketCors", "OptionObject", "DeleteObject"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const bucket = "real-bucket"
			server := startServer(t, &ossserver.Server{Region: region, Accounts: []ossserver.Account{run.account}})
			local := server.local()
			server.must(local.CreateBucket(bucket))
			owner := server.owner(bucket, run.account)
			server.must(owner.PutObject("precious", strings.NewReader("not the tests'")))
			server.must(owner.Client.SetBucketCORSXml(bucket, corsDocument(corsRuleTwo)))
			local.ResetRecords()

			command := exec.Command(os.Args[0], "-test.v", "-test.run=^("+strings.Join(append(run.ran, run.left...), "|")+")$")
			command.Env = append(environmentWithoutSettings(t), built.Handed(t), realEndpoint+"="+server.endpoint, realBucket+"="+bucket)
			command.Env = append(command.Env, run.environment...)
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, name := range run.ran {
				if !strings.Contains(string(out), "--- PASS: "+name+" (") {
					t.Errorf("%s did not run:\n%s", name, out)
				}
			}
			for _, name := range run.left {
				if !strings.Contains(string(out), "--- SKIP: "+name+" (") {
					t.Errorf("%s did not skip itself:\n%s", name, out)
				}
			}
			if got := strings.Count(string(out), "needs a local server of its own"); got != len(run.left) {
				t.Errorf("%d tests say why they do not run, want %d:\n%s", got, len(run.left), out)
			}
			expectRealRequests(t, local.Records(), bucket, run.operations)

			list, err := owner.ListObjectVersions()
			server.must(err)
			if len(list.ObjectVersions) != 1 || list.ObjectVersions[0].Key != "precious" || len(list.ObjectDeleteMarkers) != 0 {
				t.Errorf("left in the bucket: %+v", list)
			}
			if rules, err := local.CORS(bucket); err != nil || rules == nil || len(rules.Rules) != 1 || rules.Rules[0].AllowedOrigins[0] != "https://*.example.org" {
				t.Errorf("the bucket's own rules are now %+v, %v", rules, err)
			}
		})
	}
}

// expectRealRequests wants requests to the one bucket, each below a test's prefix, and among them some operations.
func expectRealRequests(t *testing.T, records []ossserver.Record, bucket string, operations []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range records {
		if r.Bucket != bucket || r.Key != "" && !strings.HasPrefix(r.Key, realPrefix) {
			t.Errorf("%s of %q in bucket %q", r.Operation, r.Key, r.Bucket)
		}
		if r.Status < 300 {
			seen[r.Operation] = true
		}
	}
	for _, operation := range operations {
		if !seen[operation] {
			t.Errorf("the server saw no %s", operation)
		}
	}
}

// owner is the client of the account that has the bucket.
func (o *testOSS) owner(bucket string, account ossserver.Account) *oss.Bucket {
	o.t.Helper()
	client, err := oss.New(o.endpoint, account.AccessKeyID, account.AccessKeySecret, oss.SecurityToken(account.SecurityToken), oss.AuthVersion(oss.AuthV4), oss.Region(o.server.Region))
	o.must(err)
	b, err := client.Bucket(bucket)
	o.must(err)
	return b
}

// environmentWithoutSettings is this process's environment without anything that leads to an OSS, and with an empty home.
func environmentWithoutSettings(t *testing.T) []string {
	t.Helper()
	variables := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "OSS_") || strings.HasPrefix(v, "ALIBABA_CLOUD_") || strings.HasPrefix(v, "HOME=")
	})
	return append(variables, "HOME="+t.TempDir(), "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true")
}
