// Command terraform-provider-oss is a Terraform provider for objects and CORS rules on Alibaba Cloud OSS.
// Terraform starts it; run by hand it only tells so.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/provider"
)

// version is set by the release build.
var version = "dev"

// address is the provider's source address in a configuration's required_providers.
const address = "registry.terraform.io/terraform-provider-oss/oss"

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger, and print what to put into TF_REATTACH_PROVIDERS")
	flag.Parse()

	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address: address,
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
