# An asset that browsers would ask for each time.
resource "oss_object" "forgotten" {
  bucket        = "example"
  key           = "assets/style.9a2e.css"
  content       = "body { margin: 0 }\n"
  cache_control = "no-cache"
}
