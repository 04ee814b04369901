# A page among the uploads, which browsers would show.
resource "oss_object" "page" {
  bucket  = "example"
  key     = "uploads/4711/welcome.html"
  content = "<script>steal()</script>\n"
}
