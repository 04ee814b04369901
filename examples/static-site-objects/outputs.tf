output "pages" {
  description = "The keys that people open."
  value       = sort([for file, kind in local.kind_of : file if kind.purpose == "page"])
}

output "bytes" {
  description = "What the site weighs."
  value       = sum([for file in oss_object.site : file.size])
}

output "cache_policy" {
  description = "How long each file may be kept, by key."
  value       = { for key, file in oss_object.site : key => file.cache_control }
}
