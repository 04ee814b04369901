package ossserver

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// overwriteRule forbids to write over objects whose key has both prefix and suffix (OSS-222). Without principals it concerns
// everybody.
type overwriteRule struct {
	ID         string   `json:"id"`
	Prefix     string   `json:"prefix,omitempty"`
	Suffix     string   `json:"suffix,omitempty"`
	Principals []string `json:"principals,omitempty"`
}

const (
	maxOverwriteRules = 100
	maxOverwriteText  = 1023
	maxOverwriteBody  = 512 << 10 // a hundred rules with their texts, and room for principals
	actionForbid      = "forbid"
)

type overwriteConfiguration struct {
	XMLName xml.Name       `xml:"OverwriteConfiguration"`
	Rules   []overwriteXML `xml:"Rule"`
	Unknown []unknownChild `xml:",any"`
}

type overwriteXML struct {
	ID         string `xml:",omitempty"`
	Action     string
	Prefix     string         `xml:",omitempty"`
	Suffix     string         `xml:",omitempty"`
	Principals *principals    `xml:"Principals"`
	Unknown    []unknownChild `xml:",any"`
}

type principals struct {
	Names   []string       `xml:"Principal"`
	Unknown []unknownChild `xml:",any"`
}

// rules checks the document. Doubt: an empty one, rules of the same ID and texts that are too long, which are malformed here.
func (c *overwriteConfiguration) rules() ([]overwriteRule, error) {
	if len(c.Unknown) > 0 || len(c.Rules) == 0 || len(c.Rules) > maxOverwriteRules {
		return nil, malformedXML()
	}
	var all []overwriteRule
	for _, r := range c.Rules {
		if r.Action != actionForbid || len(r.Unknown) > 0 || len(r.Prefix) > maxOverwriteText || len(r.Suffix) > maxOverwriteText ||
			slices.ContainsFunc(all, func(other overwriteRule) bool { return r.ID != "" && other.ID == r.ID }) {
			return nil, malformedXML()
		}
		rule := overwriteRule{ID: r.ID, Prefix: r.Prefix, Suffix: r.Suffix}
		if r.Principals != nil {
			if len(r.Principals.Unknown) > 0 {
				return nil, malformedXML()
			}
			rule.Principals = r.Principals.Names
		}
		if rule.ID == "" {
			rule.ID = randomUUID()
		}
		all = append(all, rule)
	}
	return all, nil
}

// randomUUID is of version 4.
func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (q *request) putOverwrite() error {
	var in overwriteConfiguration
	if err := q.readXML(&in, maxOverwriteBody); err != nil {
		return err
	}
	rules, err := in.rules()
	if err != nil {
		return err
	}
	return q.b.change(func(set *bucketSettings) { set.Overwrite = rules })
}

// getOverwrite is 404 where there are no rules. Doubt: its code, which no page names.
func (q *request) getOverwrite() error {
	rules := q.b.settings().Overwrite
	if len(rules) == 0 {
		return fail(http.StatusNotFound, "NoSuchBucketOverwriteConfig", "", "The overwrite configuration does not exist.", "BucketName", q.bucketName)
	}
	var out overwriteConfiguration
	for _, r := range rules {
		rule := overwriteXML{ID: r.ID, Action: actionForbid, Prefix: r.Prefix, Suffix: r.Suffix}
		if len(r.Principals) > 0 {
			rule.Principals = &principals{Names: r.Principals}
		}
		out.Rules = append(out.Rules, rule)
	}
	return q.writeXML(out)
}

func (q *request) deleteOverwrite() error {
	if err := q.b.change(func(set *bucketSettings) { set.Overwrite = nil }); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// overwriteForbidden reports whether a rule keeps the request's object as it is (OSS-222). All accounts are the one owner, and whoever does not sign is not one of the principals.
func (q *request) overwriteForbidden() bool {
	if q.b.set.Versioning != "" {
		return false
	}
	return slices.ContainsFunc(q.b.set.Overwrite, func(r overwriteRule) bool {
		concerned := len(r.Principals) == 0 || slices.Contains(r.Principals, "*") ||
			q.account != nil && slices.Contains(r.Principals, localOwner.ID)
		return concerned && strings.HasPrefix(q.key, r.Prefix) && strings.HasSuffix(q.key, r.Suffix)
	})
}

// fileAlreadyExists refuses to overwrite. Its EC differs by operation, and no page names one for a bucket's rules.
func fileAlreadyExists(key string) *apiError {
	return fail(http.StatusConflict, "FileAlreadyExists", "",
		"The object you specified already exists and can not be overwritten.", "Key", key)
}
