# What users upload is downloaded, never shown: a page among it would run with the rights of the site.

terraform {
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

provider "oss" {
  region = "cn-hangzhou"

  metadata_policy = [
    {
      name        = "uploads-are-downloaded"
      description = "Ask security@example.com before you change this rule."
      keys        = ["uploads/**"]
      headers = {
        Content-Disposition = { required = true, pattern = "attachment(;.*)?" }
        Content-Type        = { pattern = "application/octet-stream|image/(png|jpeg|webp)|application/pdf" }
      }
    },
  ]
}

resource "oss_object" "invoice" {
  bucket              = "example"
  key                 = "uploads/4711/invoice.pdf"
  content_base64      = "JVBERi0xLjQK"
  content_disposition = "attachment; filename=\"invoice.pdf\""
}
