# Pages are asked for again each time; assets, whose names change with their content, are kept for a year.

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
      name        = "pages-are-revalidated"
      description = "A visitor must not see yesterday's page."
      keys        = ["**/*.html"]
      headers     = { Cache-Control = { required = true, values = ["no-cache"] } }
    },
    {
      name        = "assets-are-kept"
      description = "Their names hold a hash of their content."
      keys        = ["assets/**"]
      headers     = { Cache-Control = { required = true, pattern = "public, max-age=31536000(, immutable)?" } }
    },
    {
      name        = "data-is-short-lived"
      description = "Feeds may be an hour old, but no older."
      severity    = "warning"
      keys        = ["**/*.json"]
      headers     = { Cache-Control = { required = true, pattern = "(no-cache|max-age=([0-9]{1,3}|[12][0-9]{3}|3[0-5][0-9]{2}|3600))" } }
    },
  ]
}

resource "oss_object" "page" {
  bucket        = "example"
  key           = "index.html"
  content       = "<script src=\"/assets/app.4f1c.js\"></script>\n"
  cache_control = "no-cache"
}

resource "oss_object" "asset" {
  bucket        = "example"
  key           = "assets/app.4f1c.js"
  content       = "console.log(\"hello\")\n"
  cache_control = "public, max-age=31536000, immutable"
}
