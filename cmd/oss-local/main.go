// Command oss-local serves a folder as an Alibaba Cloud OSS endpoint, to try the provider without an account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const usage = `oss-local serves a folder as an Alibaba Cloud OSS endpoint. It checks signatures (V4 and V1), keeps objects as files
that survive a crash, and prints one line a request. It is for trying things out and for tests, not for the internet.

  oss-local --bucket demo
  oss-local --addr 127.0.0.1:9000 --data ./oss-data --bucket demo --bucket logs

An IP address and localhost take path-style requests (http://127.0.0.1:9000/demo/key); with another name, the
bucket is the first label (http://demo.localhost:9000/key).

A command line stands in every list of processes: the secret may come from the environment variable
OSS_LOCAL_ACCESS_KEY_SECRET instead of the flag.

`

const (
	defaultSecret  = "local-secret"
	secretVariable = "OSS_LOCAL_ACCESS_KEY_SECRET"
)

type config struct {
	addr, data, region, keyID, keySecret, token string
	buckets                                     []string
	temporary                                   []ossserver.Account
	domains                                     map[string]string
	allowRemote, forceDownload, dropBadMetadata bool
	corsRules                                   int
	restoreTime                                 time.Duration
	privateCallbacks                            bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := parse(os.Args[1:], os.Getenv(secretVariable), os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintf(os.Stderr, "oss-local: %v (--help lists the flags)\n", err)
		os.Exit(2)
	}
	if err := run(ctx, c, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "oss-local: %v\n", err)
		os.Exit(1)
	}
}

// parse reads the command line; secret is that of the environment, which counts where the flag is not given. Help that is asked for goes to help; what is wrong is the error alone, in one line.
func parse(args []string, secret string, help io.Writer) (config, error) {
	c := config{domains: map[string]string{}}
	f := flag.NewFlagSet("oss-local", flag.ContinueOnError)
	f.SetOutput(io.Discard) // on any error the flag package would print all flags as well
	var sts []string
	c.define(f, &sts)
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(help, usage)
		f.SetOutput(help)
		f.PrintDefaults()
	}
	if err != nil {
		return c, err
	}
	given := false
	f.Visit(func(one *flag.Flag) { given = given || one.Name == "access-key-secret" })
	if !given && secret != "" { // not as the flag's default, which the help shows
		c.keySecret = secret
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if err := c.check(); err != nil {
		return c, err
	}
	c.temporary, err = temporaryKeys(sts, c.keyID)
	return c, err
}

func (c *config) define(f *flag.FlagSet, sts *[]string) {
	f.StringVar(&c.addr, "addr", "127.0.0.1:9000", "`address` to listen on; port 0 takes a free one")
	f.StringVar(&c.data, "data", "", "`folder` that keeps the data; left out, a temporary one that goes when the server ends")
	f.StringVar(&c.region, "region", "cn-hangzhou", "`region` that V4 signatures must name")
	f.StringVar(&c.keyID, "access-key-id", "local-id", "access key `ID` that may sign")
	f.StringVar(&c.keySecret, "access-key-secret", defaultSecret, "its `secret`; better given by "+secretVariable)
	f.StringVar(&c.token, "security-token", "", "makes the key a temporary one: requests must carry this `token`")
	f.Func("sts", "a temporary key that may sign beside the other, as `id:secret:token`; may repeat", func(key string) error {
		*sts = append(*sts, key)
		return nil
	})
	f.Func("bucket", "`name` of a bucket to make at start; may repeat", func(name string) error {
		c.buckets = append(c.buckets, name)
		return nil
	})
	f.Func("domain", "custom domain of a bucket, as `host=bucket`; may repeat", func(pair string) error {
		host, bucket, ok := strings.Cut(pair, "=")
		if !ok || host == "" || bucket == "" {
			return errors.New("want host=bucket")
		}
		c.domains[strings.ToLower(host)] = bucket
		return nil
	})
	f.BoolVar(&c.allowRemote, "allow-remote", false, "allow an address other machines can reach")
	f.BoolVar(&c.forceDownload, "force-download", false, "answer images and HTML as downloads, as the default domain of OSS does")
	f.BoolVar(&c.dropBadMetadata, "drop-bad-metadata", false, "lose user metadata with bad names instead of refusing it")
	f.IntVar(&c.corsRules, "cors-rules", 20, "CORS rules a bucket may have; OSS's pages say 10 or 20")
	f.DurationVar(&c.restoreTime, "restore-time", 0, "how long restoring a frozen object takes")
	f.BoolVar(&c.privateCallbacks, "allow-private-callbacks", false, "let upload callbacks go to this machine and to private networks")
}

// check refuses values that the server would take for "use the default" or for nothing at all.
func (c *config) check() error {
	switch {
	case c.region == "":
		return errors.New("--region is empty: name a region such as cn-hangzhou, or leave the flag out")
	case c.keyID == "":
		return errors.New("--access-key-id is empty: give an ID, or leave the flag out")
	case c.keySecret == "":
		return errors.New("--access-key-secret is empty: give a secret, or leave the flag out")
	case c.corsRules < 1:
		return fmt.Errorf("--cors-rules %d: want 1 or more", c.corsRules)
	case c.restoreTime < 0:
		return fmt.Errorf("--restore-time %s: want 0 or more", c.restoreTime)
	}
	return nil
}

// temporaryKeys reads the values of --sts. Errors never show one, since it holds a secret.
func temporaryKeys(values []string, mainID string) ([]ossserver.Account, error) {
	taken := map[string]bool{mainID: true}
	var keys []ossserver.Account
	for _, value := range values {
		parts := strings.Split(value, ":")
		if len(parts) != 3 || slices.Contains(parts, "") {
			return nil, errors.New("--sts: want id:secret:token")
		}
		if taken[parts[0]] {
			return nil, fmt.Errorf("--sts: another key has the ID %q already, and a request names its key by ID alone: choose another ID", parts[0])
		}
		taken[parts[0]] = true
		keys = append(keys, ossserver.Account{AccessKeyID: parts[0], AccessKeySecret: parts[1], SecurityToken: parts[2]})
	}
	return keys, nil
}

// run serves until ctx ends. The first line on stdout says that the server is ready.
func run(ctx context.Context, c config, stdout, stderr io.Writer) (err error) {
	log := &requestLog{out: stdout}
	s := &ossserver.Server{
		Data: c.data, Region: c.region, Domains: c.domains,
		Accounts: append([]ossserver.Account{{AccessKeyID: c.keyID, AccessKeySecret: c.keySecret, SecurityToken: c.token}}, c.temporary...),
		OnRecord: log.add, DiscardRecords: true,
		CORSRuleLimit: c.corsRules, DropBadMetadata: c.dropBadMetadata, ForceDownload: c.forceDownload, RestoreTime: c.restoreTime,
		AllowPrivateCallbacks: c.privateCallbacks,
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Open(); err != nil {
		return err
	}
	for _, name := range c.buckets {
		if err := s.CreateBucket(name); err != nil {
			return fmt.Errorf("--bucket %q: %w", name, err)
		}
	}
	for _, host := range slices.Sorted(maps.Keys(c.domains)) {
		bucket := c.domains[host]
		if _, err := s.CORS(bucket); err != nil { // any question about the bucket would do
			return fmt.Errorf("--domain %s=%s: %w (--bucket %s makes it)", host, bucket, err, bucket)
		}
	}
	listener, err := listen(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "listening on http://%s\n", listener.Addr())
	hint(stderr, c, listener.Addr().String())
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	listener = s.Attach(server, listener)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	// Requests that are on their way may finish; then connections are cut.
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if server.Shutdown(grace) != nil {
		_ = server.Close()
	}
	return nil
}

// listen refuses an address other machines can reach unless that was asked for: the secret is in every process list.
func listen(c config) (net.Listener, error) {
	l, err := net.Listen("tcp", c.addr)
	if err != nil {
		return nil, err
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); !c.allowRemote && (!ok || !tcp.IP.IsLoopback()) {
		_ = l.Close()
		return nil, fmt.Errorf("other machines can reach %s: use a loopback address, or say --allow-remote", l.Addr())
	}
	return l, nil
}

// hint prints a provider block that works with this server. What the user chose as a secret is not repeated, since logs
// keep what is printed here.
func hint(out io.Writer, c config, addr string) {
	fmt.Fprintf(out, "\nPaste this into a Terraform configuration:\n\n  provider \"oss\" {\n    region            = %q\n    endpoint          = \"http://%s\"\n", c.region, addr)
	if c.keySecret == defaultSecret && c.token == "" {
		fmt.Fprintf(out, "    access_key_id     = %q\n    access_key_secret = %q\n  }\n\n", c.keyID, c.keySecret)
		return
	}
	variables := "OSS_ACCESS_KEY_SECRET to the secret"
	if c.token != "" {
		variables += " and OSS_SESSION_TOKEN to the token"
	}
	fmt.Fprintf(out, "  }\n\nSet OSS_ACCESS_KEY_ID=%s in its environment, and %s that this server was given.\n\n", c.keyID, variables)
}

// requestLog prints a line a request.
type requestLog struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *requestLog) add(r ossserver.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintln(l.out, r.String())
}
