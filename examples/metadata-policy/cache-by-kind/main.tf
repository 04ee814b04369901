# Pages are asked for again each time; assets, whose names change with their content, are kept for a year.

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
