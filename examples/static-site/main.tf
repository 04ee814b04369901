# A site as one directory: Terraform plans it file by file, lists it to refresh it, and publishes pages after what they need.
# The same site with a resource for each file is in examples/static-site-objects, which says when that is right.

terraform {
  required_version = ">= 1.11"
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

# Region, endpoint and credentials come from the environment, so that the same files serve every bucket.
provider "oss" {}

locals {
  forever = "public, max-age=31536000, immutable"
}

resource "oss_directory" "site" {
  bucket = var.bucket
  source = "${path.module}/site"

  metadata = {
    owner       = var.owner
    cost-center = var.cost_center
  }

  file {
    match         = ["**/*.html"]
    content_type  = "text/html; charset=utf-8"
    cache_control = "no-cache"
    metadata      = { purpose = "page" }
  }

  file {
    match         = ["**/*.json"]
    cache_control = "public, max-age=60"
    metadata      = { purpose = "data" }
  }

  # A download is saved; everything else opens in the browser.
  file {
    match               = ["**/*.pdf"]
    cache_control       = "public, max-age=86400"
    content_disposition = "attachment"
    metadata            = { purpose = "download" }
  }

  # Assets live under a version, assets/v1/. A changed one gets a new folder, so browsers may keep the old for good.
  file {
    match         = ["assets/**"]
    cache_control = local.forever
    metadata      = { purpose = "image" }
  }

  file {
    match    = ["**/*.css"]
    metadata = { purpose = "style" }
  }

  file {
    match    = ["**/*.js"]
    metadata = { purpose = "script" }
  }
}

resource "oss_bucket_cors" "site" {
  bucket = var.bucket

  # The booking site is another origin; it reads the departures and has to see how old they are.
  cors_rule {
    allowed_origins = [var.booking_origin]
    allowed_methods = ["GET", "HEAD"]
    expose_headers  = ["etag", "last-modified"]
    max_age_seconds = 600
  }

  response_vary = true
}
