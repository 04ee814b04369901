# What users upload is downloaded, never shown: a page among it would run with the rights of the site.

terraform {
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

provider "oss" {
  region          = "cn-hangzhou"
  metadata_policy = yamldecode(file("${path.module}/policy/policy.yaml"))
}

resource "oss_object" "invoice" {
  bucket              = "example"
  key                 = "uploads/4711/invoice.pdf"
  content_base64      = "JVBERi0xLjQK"
  content_disposition = "attachment; filename=\"invoice.pdf\""
}
