# A release: nothing is ever deleted or written over, and the list of sums comes last, so that whoever finds it finds all.
resource "oss_directory" "release" {
  bucket       = "example"
  prefix       = "releases/1.4.0/"
  source       = "${path.module}/release"
  publish_last = ["SHA256SUMS"]
  prune        = "none"

  file {
    match         = ["**"]
    cache_control = "public, max-age=31536000, immutable"
    metadata      = { version = "1.4.0" }
  }

  file {
    match               = ["*.tar"]
    content_disposition = "attachment"
    tags                = { kind = "release" }
  }
}
