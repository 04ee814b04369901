output "pages" {
  description = "The keys that people open."
  value       = [for key in keys(oss_directory.site.files) : key if endswith(key, ".html")]
}

output "bytes" {
  description = "What the site weighs."
  value       = oss_directory.site.total_size
}

output "changed" {
  description = "What a cache in front of the bucket has to forget after the last apply."
  value       = oss_directory.site.changed_keys
}
