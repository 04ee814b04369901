variable "labels" {
  description = "What the team wants to say about each of its objects."
  type        = map(string)
  default     = { owner = "web-team", purpose = "greeting" }

  validation {
    # Leave room for the names and values that the module adds.
    condition     = provider::oss::metadata_size(var.labels) <= 8191 - 1024
    error_message = "The labels take ${provider::oss::metadata_size(var.labels)} bytes as metadata, and 7167 are free."
  }
}

output "size" {
  value = provider::oss::metadata_size(var.labels)
}
