# Every object says whose it is and what it is for, in words that one document of the whole company allows.

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

resource "oss_object" "report" {
  bucket  = "example"
  key     = "reports/2026/sales.csv"
  content = "month,sales\n"

  metadata = {
    owner       = "data-team"
    purpose     = "monthly sales figures"
    cost-centre = "HZ-0042"
  }
}
