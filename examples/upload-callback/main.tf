terraform {
  required_version = ">= 1.11"
  required_providers {
    oss = {
      source = "terraform-provider-oss/oss"
    }
  }
}

# Region, endpoint and credentials come from the environment.
provider "oss" {}

variable "bucket" {
  description = "The bucket to upload to."
  type        = string
}

variable "callback_url" {
  description = "Where OSS calls back: a server like examples/callback-receiver that is reachable from the internet."
  type        = string
}

resource "oss_object" "report" {
  bucket  = var.bucket
  key     = "reports/2026 Q1 & Q2.csv"
  content = "quarter,visitors\nQ1,1200\nQ2,1450\n"

  metadata = {
    owner = "web-team"
  }

  callback {
    urls      = [var.callback_url]
    sni       = startswith(var.callback_url, "https:")
    body_type = "application/json"
    # Two dollar signs: the variables are those of OSS, not of Terraform. In JSON they bring their own quotes.
    body      = "{\"object\":$${object},\"size\":$${size},\"etag\":$${etag},\"by\":$${x:uploaded_by}}"
    variables = { uploaded_by = "terraform" }
  }
}

# The JSON that the receiver answered with when the body was uploaded.
output "receiver_answer" {
  # There is no answer after an import, and after a callback that failed with on_failure = "warn".
  value = try(jsondecode(oss_object.report.callback_response), null)
}
