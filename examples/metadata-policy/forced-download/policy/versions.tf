terraform {
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}
