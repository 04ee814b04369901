terraform {
  required_version = ">= 1.11"
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

# Region, endpoint and credentials come from the environment, or from a test.
provider "oss" {}

variable "bucket" {
  description = "The bucket that holds the settings. It has to exist."
  type        = string
  default     = "example"
}

variable "owner" {
  description = "Who answers for the settings."
  type        = string
  default     = "web-team"

  validation {
    condition     = can(regex("^[a-z]+-team$", var.owner))
    error_message = "The owner is a team, such as web-team."
  }
}

variable "theme" {
  description = "The colours of the site."
  type        = string
  default     = "light"
}

resource "oss_object" "settings" {
  bucket  = var.bucket
  key     = "settings/v1.json"
  content = jsonencode({ theme = var.theme })

  cache_control = "public, max-age=60"

  metadata = {
    owner = var.owner
  }
}

resource "oss_bucket_cors" "settings" {
  bucket = var.bucket

  cors_rule {
    allowed_origins = ["https://www.lantern-ferry.example"]
    allowed_methods = ["GET", "HEAD"]
    expose_headers  = ["ETag", "x-oss-meta-owner"]
  }
}
