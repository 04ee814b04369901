# Objects that somebody else writes: one header and one metadata entry of each are managed here, and nothing else of them. A
# destroy leaves them in the bucket.
resource "oss_directory" "reports" {
  bucket   = "example"
  prefix   = "reports/"
  metadata = { owner = "data-team" }

  file {
    match        = ["**/*.csv"]
    content_type = "text/csv"
  }
}
