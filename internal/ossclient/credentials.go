package ossclient

import (
	"errors"
	"os"
	"strconv"
	"sync"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/aliyun/credentials-go/credentials/providers"
)

// Key is one set of credentials. SecurityToken is empty for a long-term key.
type Key struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string
	From            string // the place where it was found, such as "OSS_* variables"; "" is not known
}

// Credentials hands out the key to sign the next request with. Implementations are safe for concurrent use;
// those with temporary keys renew them in time. Errors are of type *CredentialsError.
type Credentials interface {
	Key() (Key, error)
}

// StaticCredentials always hands out the same key.
type StaticCredentials Key

// Key returns the key itself.
func (s StaticCredentials) Key() (Key, error) { return Key(s), nil }

// source is one place where a key may be found.
type source struct {
	name     string
	provider providers.CredentialsProvider
}

// chain asks its sources in order and stays with the first that answers. The chain of credentials-go does the
// same but has no lock, and stays with the last source it tried even when that one failed.
type chain struct {
	mu      sync.Mutex
	sources []source
	chosen  *source
}

// single asks one source that the user has named, so that no other answers in its place.
func single(name string, p providers.CredentialsProvider, err error) (Credentials, error) {
	if err != nil {
		return nil, &CredentialsError{Tried: []TriedSource{tried(name, err)}}
	}
	return &chain{sources: []source{{name, p}}}, nil
}

// ProfileCredentials reads a profile by its name: of the command line tool, else of the shared credentials file.
func ProfileCredentials(profile string) (Credentials, error) {
	cli, err := providers.NewCLIProfileCredentialsProviderBuilder().WithProfileName(profile).Build()
	c := &chain{}
	if err == nil {
		c.sources = append(c.sources, source{"command line profile " + strconv.Quote(profile), cli})
	}
	shared, err := providers.NewProfileCredentialsProviderBuilder().WithProfileName(profile).Build()
	if err == nil {
		c.sources = append(c.sources, source{"shared credentials file, profile " + strconv.Quote(profile), shared})
	}
	return c, nil
}

// ECSCredentials are those of the RAM role that is attached to the ECS instance this runs on, renewed in time.
func ECSCredentials(role string) (Credentials, error) {
	p, err := providers.NewECSRAMRoleCredentialsProviderBuilder().WithRoleName(role).Build()
	return single("ECS instance role "+strconv.Quote(role), p, err)
}

// AssumeRole says which RAM role to take on.
type AssumeRole struct {
	RoleARN     string
	SessionName string // "" is one that STS's log shows as made by credentials-go
	Policy      string // JSON; narrows what the role may do
	Expiration  int    // seconds from 900 on; 0 is 3600
	ExternalID  string

	endpoint string // of STS; tests name their own
}

// AssumedCredentials are temporary keys of a role, got from STS with the keys of base and renewed in time.
func AssumedCredentials(base Credentials, role AssumeRole) (Credentials, error) {
	p, err := providers.NewRAMRoleARNCredentialsProviderBuilder().
		WithCredentialsProvider(baseProvider{base}).
		WithRoleArn(role.RoleARN).
		WithRoleSessionName(role.SessionName).
		WithPolicy(role.Policy).
		WithDurationSeconds(role.Expiration).
		WithExternalId(role.ExternalID).
		WithStsEndpoint(role.endpoint).
		Build()
	return single("role "+strconv.Quote(role.RoleARN), p, err)
}

// baseProvider hands our keys to credentials-go.
type baseProvider struct{ base Credentials }

// GetCredentials asks the base.
func (b baseProvider) GetCredentials() (*providers.Credentials, error) {
	key, err := b.base.Key()
	if err != nil {
		return nil, err
	}
	return &providers.Credentials{AccessKeyId: key.AccessKeyID, AccessKeySecret: key.AccessKeySecret, SecurityToken: key.SecurityToken}, nil
}

// GetProviderName names the base in credentials-go's terms.
func (b baseProvider) GetProviderName() string { return "base" }

// DefaultCredentials looks where the Alibaba Cloud tools look: ALIBABA_CLOUD_* variables, an OIDC token, the
// command line tool's profile, the shared credentials file, then the OSS_* variables, at last the ECS instance's
// role and a credentials URI. OSS_* stand before the instance role because a variable somebody set is meant, and
// because asking the instance metadata takes seconds where there is none.
func DefaultCredentials() Credentials {
	c := &chain{}
	add := func(name string, p providers.CredentialsProvider, err error) {
		if err != nil {
			p = unusable{err}
		}
		c.sources = append(c.sources, source{name, p})
	}
	env, err := providers.NewEnvironmentVariableCredentialsProviderBuilder().Build()
	add("ALIBABA_CLOUD_* variables", env, err)
	oidc, err := providers.NewOIDCCredentialsProviderBuilder().Build()
	add("OIDC role", oidc, err)
	cli, err := providers.NewCLIProfileCredentialsProviderBuilder().Build()
	add("command line profile", cli, err)
	shared, err := providers.NewProfileCredentialsProviderBuilder().Build()
	add("shared credentials file", shared, err)
	add("OSS_* variables", ossEnvironment{}, nil)
	ecs, err := providers.NewECSRAMRoleCredentialsProviderBuilder().Build()
	add("ECS instance role", ecs, err)
	if os.Getenv("ALIBABA_CLOUD_CREDENTIALS_URI") != "" {
		uri, err := providers.NewURLCredentialsProviderBuilder().Build()
		add("credentials URI", uri, err)
	}
	return c
}

// Key asks the source that answered last time, or all in order the first time.
func (c *chain) Key() (Key, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.chosen != nil {
		key, err := c.chosen.key()
		if err != nil {
			return Key{}, &CredentialsError{Tried: []TriedSource{tried(c.chosen.name, err)}}
		}
		return key, nil
	}
	failed := &CredentialsError{}
	for i := range c.sources {
		key, err := c.sources[i].key()
		if err == nil {
			c.chosen = &c.sources[i]
			return key, nil
		}
		failed.Tried = append(failed.Tried, tried(c.sources[i].name, err))
	}
	return Key{}, failed
}

func (s *source) key() (Key, error) {
	cc, err := s.provider.GetCredentials()
	if err != nil {
		return Key{}, err
	}
	if cc == nil || cc.AccessKeyId == "" || cc.AccessKeySecret == "" {
		return Key{}, errors.New("it has no access key id or no secret")
	}
	return Key{cc.AccessKeyId, cc.AccessKeySecret, cc.SecurityToken, s.name}, nil
}

// unusable is a source that lacks what it needs to be asked; it is tried all the same, so that a failure says why.
type unusable struct{ err error }

// GetCredentials gives what the source lacks.
func (u unusable) GetCredentials() (*providers.Credentials, error) { return nil, u.err }

// GetProviderName names the source in credentials-go's terms.
func (unusable) GetProviderName() string { return "unusable" }

// ossEnvironment reads the variables that the OSS tools and SDK know.
type ossEnvironment struct{}

// GetCredentials reads the variables each time.
func (ossEnvironment) GetCredentials() (*providers.Credentials, error) {
	id, secret := os.Getenv("OSS_ACCESS_KEY_ID"), os.Getenv("OSS_ACCESS_KEY_SECRET")
	switch {
	case id == "":
		return nil, errors.New("OSS_ACCESS_KEY_ID is not set")
	case secret == "":
		return nil, errors.New("OSS_ACCESS_KEY_SECRET is not set")
	}
	return &providers.Credentials{AccessKeyId: id, AccessKeySecret: secret, SecurityToken: os.Getenv("OSS_SESSION_TOKEN")}, nil
}

// GetProviderName names the source in credentials-go's terms.
func (ossEnvironment) GetProviderName() string { return "oss_env" }

// sdkCredentials gives the SDK our keys. It implements the SDK's provider with errors, so that a key that
// cannot be had fails the request instead of signing with an empty one.
type sdkCredentials struct{ source Credentials }

// GetCredentials is the form without errors, which the SDK uses only where the other is missing.
func (c sdkCredentials) GetCredentials() oss.Credentials {
	key, _ := c.source.Key()
	return sdkKey(key)
}

// GetCredentialsE gives the key or says, with a *CredentialsError, why there is none.
func (c sdkCredentials) GetCredentialsE() (oss.Credentials, error) {
	key, err := c.source.Key()
	if err != nil {
		return nil, err
	}
	return sdkKey(key), nil
}

type sdkKey Key

// GetAccessKeyID is the SDK's name for the key's id.
func (k sdkKey) GetAccessKeyID() string { return k.AccessKeyID }

// GetAccessKeySecret is the SDK's name for the key's secret.
func (k sdkKey) GetAccessKeySecret() string { return k.AccessKeySecret }

// GetSecurityToken is the SDK's name for the token of a temporary key.
func (k sdkKey) GetSecurityToken() string { return k.SecurityToken }
