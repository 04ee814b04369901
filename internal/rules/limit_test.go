package rules

import (
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

func TestEveryRuleHasASourceAndAUniqueSlug(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, table := range [][]limit{keyRules, bucketRules, nameRules, valueRules, headerRules, tagRules(finding.Quote), encryptionRules, dispositionRules, filenameRules, formRules} {
		for _, r := range table {
			if r.source == "" {
				t.Errorf("%s has no source", r.slug)
			}
			if seen[r.slug] {
				t.Errorf("%s is there twice", r.slug)
			}
			seen[r.slug] = true
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d rules seen", len(seen))
	}
}
