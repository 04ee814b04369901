# A site: pages are looked at again with every visit, assets never, and pages are published after the assets that they need.
resource "oss_directory" "site" {
  bucket   = "example"
  prefix   = "www/"
  source   = "${path.module}/site"
  exclude  = ["**/.DS_Store"]
  metadata = { owner = "web-team" }

  file {
    match         = ["**/*.html"]
    content_type  = "text/html; charset=utf-8"
    cache_control = "no-cache"
  }

  file {
    match         = ["assets/**"]
    cache_control = "public, max-age=31536000, immutable"
  }
}

output "changed" {
  description = "What a cache in front of the bucket has to forget."
  value       = oss_directory.site.changed_keys
}
