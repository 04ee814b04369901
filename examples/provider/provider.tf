terraform {
  required_version = ">= 1.11"
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

# Credentials come from the environment or from a profile; keep them out of the configuration.
provider "oss" {
  region = "cn-hangzhou"
}
