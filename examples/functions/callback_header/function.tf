locals {
  callback = {
    urls      = ["https://app.example.com/oss/callback"]
    body      = "object=$${object}&size=$${size}&by=$${x:uploaded_by}"
    sni       = true
    variables = { uploaded_by = "browser" }
  }
}

# For whoever signs the uploads of browsers: callback is the value of x-oss-callback, callback_var that of
# x-oss-callback-var.
output "upload_headers" {
  value = provider::oss::callback_header(local.callback)
}
