# A file, its headers and its user metadata. A change of the file shows in the plan by itself.
resource "oss_object" "page" {
  bucket = "example"
  key    = "guide/index.html"
  source = "${path.module}/site/index.html"

  content_type     = "text/html; charset=utf-8"
  content_language = "en"
  cache_control    = "no-cache"

  metadata = {
    owner       = "docs-team"
    cost-center = "4711"
    revision    = "7"
  }
}

# A body that is built in the configuration, offered for download under a name of its own.
resource "oss_object" "settings" {
  bucket = "example"
  key    = "settings/v1.json"
  content = jsonencode({
    theme    = "dark"
    features = ["search", "export"]
  })

  content_disposition = "attachment; filename=\"settings.json\""
}
