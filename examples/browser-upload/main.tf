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

# What is signed for browsers names the endpoint that they reach.
provider "oss" {
  alias    = "browser"
  region   = var.region
  endpoint = local.browser_endpoint
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
    endpoint     = local.browser_endpoint
    bucket       = var.data_bucket
    token_url    = var.token_url
    callback_url = var.callback_url
  })
}

# The second page has no key at all. A form lets it upload one object, within bounds, and a URL lets it read that.
ephemeral "oss_upload_policy" "note" {
  provider = oss.browser

  bucket        = var.data_bucket
  key           = local.form_key
  max_size      = 1024 * 1024
  content_types = ["text/plain", "image/png", "image/jpeg"]
  expires_in    = local.form_expires_in

  metadata = {
    people = "form"
  }
}

ephemeral "oss_presigned_url" "note" {
  provider = oss.browser

  bucket                       = var.data_bucket
  key                          = local.form_key
  expires_in                   = local.form_expires_in
  response_content_disposition = provider::oss::content_disposition("attachment", "表单 1+1.txt")
}

# Form and URL are secrets. A write-only body keeps them out of plan and state; who may read the object is up to you. Here it
# is everybody, so that the page works without a login.
resource "oss_object" "form" {
  bucket        = var.page_bucket
  key           = "form.json"
  acl           = "public-read"
  cache_control = "no-store"

  content_wo = jsonencode({
    form     = { url = ephemeral.oss_upload_policy.note.url, fields = ephemeral.oss_upload_policy.note.fields }
    download = { url = ephemeral.oss_presigned_url.note.url, headers = ephemeral.oss_presigned_url.note.headers }
    until    = ephemeral.oss_upload_policy.note.expires_at
  })
  content_wo_version = var.form_version
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
  browser_endpoint = coalesce(var.browser_endpoint, "https://oss-${var.region}.aliyuncs.com")
  form_key         = "notes/from-the-form.txt"
  form_expires_in  = 7 * 24 * 3600

  # What ali-oss adds to its requests; "x-oss-*" stands for the date, the token, metadata, copy source and callback.
  sdk_headers = ["authorization", "content-md5", "content-type", "x-oss-*"]

  # What the page is about to do. The function decides as OSS will, before anything is applied.
  preflights = {
    upload = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "PUT", ["authorization", "content-type", "x-oss-callback", "x-oss-date", "x-oss-meta-year", "x-oss-security-token"])
    query  = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "HEAD", ["authorization", "x-oss-date", "x-oss-security-token"])
    form   = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "POST", [])
    read   = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "GET", [])
    parts  = provider::oss::cors_decision(oss_bucket_cors.data.cors_rule, var.page_origin, "POST", ["authorization", "content-md5", "content-type", "x-oss-date"])
  }
}

check "page_may_work" {
  assert {
    condition     = alltrue([for preflight in local.preflights : preflight.allowed])
    error_message = join(" ", [for button, preflight in local.preflights : "${button}: ${preflight.reason}" if !preflight.allowed])
  }
}
