package rules

import (
	"fmt"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// encryptionRules hold for the id or the ARN of a KMS key.
var encryptionRules = []limit{
	{"encryption-key-characters", finding.Error, "page \"KMS: CreateKey\"", func(_, id string) string {
		what, found := finding.FirstPlace(id, func(r rune) bool { return r < '!' || r > '~' })
		if !found {
			return ""
		}
		return fmt.Sprintf("The id of the key has %s. Ids and ARNs of keys have neither white space nor letters beyond ASCII; remove it.", what)
	}},
}

// CheckEncryptionKeyID reports what is wrong with the id or the ARN of a KMS key.
func CheckEncryptionKeyID(id string) []finding.Finding {
	return check(encryptionRules, "Invalid KMS Key ID", "", "", id)
}
