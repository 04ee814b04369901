# Every page below reports/, in all folders.
data "oss_objects" "pages" {
  bucket = "example"
  glob   = "reports/**/*.html"
}

# The folders right below reports/.
data "oss_objects" "folders" {
  bucket    = "example"
  prefix    = "reports/"
  delimiter = "/"
}

output "pages" {
  value = {
    keys    = data.oss_objects.pages.keys
    bytes   = sum(concat([0], data.oss_objects.pages.objects[*].size))
    folders = data.oss_objects.folders.common_prefixes
  }
}
