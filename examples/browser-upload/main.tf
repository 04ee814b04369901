terraform {
  required_version = ">= 1.11"
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

# Endpoint and credentials come from the environment, so that the same files serve every account.
provider "oss" {
  region = var.region
}

# The page, in a bucket of its own. Everybody may read these objects, whatever the bucket's ACL says.
resource "oss_object" "page" {
  for_each = fileset("${path.module}/site", "**")

  bucket        = var.page_bucket
  key           = each.value
  source        = "${path.module}/site/${each.value}"
  acl           = "public-read"
  cache_control = "no-cache"
}

# The browser SDK comes from npm: run `npm ci` here first. package-lock.json pins its version and its digest.
resource "oss_object" "sdk" {
  bucket        = var.page_bucket
  key           = "aliyun-oss-sdk.min.js"
  source        = "${path.module}/node_modules/ali-oss/dist/aliyun-oss-sdk.min.js"
  acl           = "public-read"
  cache_control = "no-cache"

  metadata = {
    version = jsondecode(file("${path.module}/package.json")).dependencies["ali-oss"]
  }
}

# What the page has to know. There is no key in it: the page asks the token endpoint for a temporary one.
resource "oss_object" "config" {
  bucket        = var.page_bucket
  key           = "config.json"
  acl           = "public-read"
  cache_control = "no-store"

  content = jsonencode({
    region       = "oss-${var.region}"
    endpoint     = coalesce(var.browser_endpoint, "https://oss-${var.region}.aliyuncs.com")
    bucket       = var.data_bucket
    token_url    = var.token_url
    callback_url = var.callback_url
  })
}

# What lets the page, which is of another origin, work with the data bucket.
resource "oss_bucket_cors" "data" {
  bucket = var.data_bucket

  # Reading. Scripts see user metadata only where each name is listed in full; "x-oss-meta-*" is not allowed.
  cors_rule {
    allowed_origins = [var.page_origin]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = local.sdk_headers
    expose_headers  = concat(["ETag", "x-oss-request-id"], [for name in var.exposed_metadata : "x-oss-meta-${name}"])
    max_age_seconds = 600
  }

  # Writing. POST begins and completes an upload in parts, DELETE gives one up. Each part's ETag has to be read.
  cors_rule {
    allowed_origins = [var.page_origin]
    allowed_methods = ["PUT", "POST", "DELETE"]
    allowed_headers = local.sdk_headers
    expose_headers  = ["ETag", "x-oss-request-id"]
    max_age_seconds = 600
  }

  # The answers name the origin that asked, so a cache must not give them to another one.
  response_vary = true
}

locals {
  # What ali-oss adds to its requests; "x-oss-*" stands for the date, the token, metadata, copy source and callback.
  sdk_headers = ["authorization", "content-md5", "content-type", "x-oss-*"]

  # What the page is about to do. The function decides as OSS will, before anything is applied.
  preflights = {
    upload = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "PUT", ["authorization", "content-type", "x-oss-callback", "x-oss-date", "x-oss-meta-year", "x-oss-security-token"])
    query  = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "HEAD", ["authorization", "x-oss-date", "x-oss-security-token"])
    parts  = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "POST", ["authorization", "content-md5", "content-type", "x-oss-date"])
  }
}

check "page_may_work" {
  assert {
    condition     = alltrue([for preflight in local.preflights : preflight.allowed])
    error_message = join(" ", [for button, preflight in local.preflights : "${button}: ${preflight.reason}" if !preflight.allowed])
  }
}
