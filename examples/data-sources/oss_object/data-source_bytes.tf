# An icon that is stored a second time, under another name and with headers of its own.
data "oss_object" "icon" {
  bucket           = "example"
  key              = "assets/icon.png"
  read_body_base64 = true
}

resource "oss_object" "favicon" {
  bucket         = "example"
  key            = "favicon.png"
  content_base64 = data.oss_object.icon.body_base64
  cache_control  = "public, max-age=86400"
}
