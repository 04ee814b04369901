# Every page of the site, to be taken over.
list "oss_object" "pages" {
  provider = oss
  limit    = 5000

  config {
    bucket = "example"
    prefix = "site/"
    keys   = ["site/**/*.html", "site/**/*.css"]
  }
}
