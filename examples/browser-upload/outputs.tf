output "page" {
  description = "Open this in a browser."
  value       = "${var.page_origin}/index.html"
}

output "form_page" {
  description = "The page that uploads with a form."
  value       = "${var.page_origin}/form.html"
}

output "sdk_version" {
  description = "The version of ali-oss that the page runs."
  value       = oss_object.sdk.metadata.version
}
