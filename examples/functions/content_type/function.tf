# The pages get a charset, which the type of a key never has.
locals {
  types = {
    for key in ["index.html", "assets/style.css", "assets/logo.svg", "LICENSE"] :
    key => startswith(provider::oss::content_type(key), "text/") ? "${provider::oss::content_type(key)}; charset=utf-8" : provider::oss::content_type(key)
  }
}

output "types" {
  value = local.types
}
