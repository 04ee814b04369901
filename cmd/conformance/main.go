// Command conformance asks a bucket what this provider believes of OSS, and prints what was expected and what was seen. It
// is how the facts that are in doubt get settled: by anybody who has a bucket.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

const usage = `conformance asks a bucket what the provider and the local server take to be true of OSS, one fact after the other, and
prints a table: the fact's number in docs/design/oss-facts.md, the question, what was expected, what was seen. It exits
with 1 if anything is otherwise than expected, with 2 if it could not ask at all.

  conformance --endpoint https://oss-eu-central-1.aliyuncs.com --bucket my-bucket
  conformance --endpoint http://127.0.0.1:9000 --region cn-hangzhou --bucket example

Credentials come from where the provider looks for them. Objects are small, lie below a prefix of this run's own and are
deleted at its end, also after an error and Ctrl-C. A bucket of class Standard without versioning is asked most.

`

// Exit codes.
const (
	exitAgrees = iota
	exitDiffers
	exitNotAsked
)

// config is what the command line says.
type config struct {
	endpoint, region, bucket string
	only                     string // the facts to ask, separated by commas; "" is all
	cors, frozen             bool
	callback, kmsKey         string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// command runs the program and returns its exit code.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	c, err := parse(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return exitAgrees
	}
	if err != nil {
		fmt.Fprintf(errOut, "conformance: %v (--help lists the flags)\n", err)
		return exitNotAsked
	}
	s, err := newSession(ctx, c, ossclient.DefaultCredentials())
	if err != nil {
		fmt.Fprintf(errOut, "conformance: %v\n", err)
		return exitNotAsked
	}
	table := s.run()
	if err := s.cleanUp(); err != nil {
		fmt.Fprintf(errOut, "conformance: not everything of this run could be removed: %v\n", err)
		table.incomplete = true
	}
	table.print(out)
	asked, differ := table.count()
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(errOut, "conformance: interrupted")
		return exitNotAsked
	case asked == 0:
		fmt.Fprintln(errOut, "conformance: nothing was asked")
		return exitNotAsked
	case differ > 0 || table.incomplete:
		return exitDiffers
	}
	return exitAgrees
}

func parse(args []string, errOut io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		fmt.Fprint(errOut, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&c.endpoint, "endpoint", "", "`URL` of the service, without the bucket")
	flags.StringVar(&c.region, "region", os.Getenv("OSS_REGION"), "region `ID`; by default OSS_REGION, else the one that the endpoint names")
	flags.StringVar(&c.bucket, "bucket", "", "`name` of a bucket that exists")
	flags.StringVar(&c.only, "facts", "", "ask these `numbers` alone, such as OSS-206,OSS-225")
	flags.BoolVar(&c.cors, "cors", false, "ask about CORS: replaces the bucket's rules for some seconds, and puts them back")
	flags.BoolVar(&c.frozen, "frozen", false, "ask about a frozen object: stores one of class Archive, for which OSS bills 60 days")
	flags.StringVar(&c.callback, "callback", "", "ask about upload callbacks: `URL` of a receiver that OSS can reach and that answers with the JSON it got")
	flags.StringVar(&c.kmsKey, "kms-key", "", "ask about encryption: `ARN` of a KMS key, acs:kms:<region>:<account>:key/<id>")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	if c.region == "" {
		c.region = ossclient.RegionOfEndpoint(c.endpoint)
	}
	switch {
	case c.endpoint == "":
		return c, errors.New("there is no --endpoint")
	case c.bucket == "":
		return c, errors.New("there is no --bucket")
	case c.region == "":
		return c, errors.New("the endpoint does not name its region: give --region")
	}
	if !strings.Contains(c.endpoint, "://") {
		c.endpoint = "https://" + c.endpoint
	}
	return c, nil
}
