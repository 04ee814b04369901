# The site of examples/static-site with a resource for each file. It can say of each file what no block about many files can,
# here the name under which a download is saved, and other resources can refer to a single file. It costs Terraform a node of its
# graph for each file, and OSS a request for each file with every plan; beyond some hundred files take the directory.

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
  site  = "${path.module}/../static-site/site"
  files = fileset(local.site, "**")

  forever = "public, max-age=31536000, immutable"

  # What a file is follows from its extension. A kind that is missing here stops the plan.
  kinds = {
    html = { purpose = "page", cache_control = "no-cache", content_type = "text/html; charset=utf-8" }
    json = { purpose = "data", cache_control = "public, max-age=60" }
    pdf  = { purpose = "download", cache_control = "public, max-age=86400" }

    # Assets live under a version, assets/v1/. A changed one gets a new folder, so browsers may keep the old for good.
    css = { purpose = "style", cache_control = local.forever }
    js  = { purpose = "script", cache_control = local.forever }
    png = { purpose = "image", cache_control = local.forever }
    svg = { purpose = "image", cache_control = local.forever }
  }

  kind_of = { for file in local.files : file => local.kinds[lower(reverse(split(".", file))[0])] }
}

resource "oss_object" "site" {
  for_each = local.files

  bucket = var.bucket
  key    = each.value
  source = "${local.site}/${each.value}"

  content_type  = try(local.kind_of[each.value].content_type, null) # else the provider's table decides
  cache_control = local.kind_of[each.value].cache_control

  # A download is saved under its own name; everything else opens in the browser.
  content_disposition = local.kind_of[each.value].purpose == "download" ? "attachment; filename=\"${basename(each.value)}\"" : null

  metadata = {
    owner       = var.owner
    purpose     = local.kind_of[each.value].purpose
    cost-center = var.cost_center
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
