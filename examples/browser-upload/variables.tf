variable "region" {
  description = "The region of both buckets."
  type        = string
  default     = "cn-hangzhou"
}

variable "page_bucket" {
  description = "The bucket that the page is served from. It has to exist."
  type        = string
}

variable "data_bucket" {
  description = "The bucket that the page uploads to. It has to exist and may be private."
  type        = string
}

variable "page_origin" {
  description = "The origin of the page as browsers send it: scheme, host and port of page_bucket's domain."
  type        = string
}

variable "browser_endpoint" {
  description = "The endpoint that browsers reach data_bucket through. The public one of the region if null."
  type        = string
  default     = null
}

variable "token_url" {
  description = "Where the page gets its temporary credentials."
  type        = string
  default     = "http://127.0.0.1:7070/token"
}

variable "callback_url" {
  description = "Whom OSS calls back after an upload with callback."
  type        = string
  default     = "http://127.0.0.1:7070/callback"
}

variable "exposed_metadata" {
  description = "The names of user metadata that the page may read. One that is missing here is null in the page."
  type        = list(string)
  default     = ["year", "people"]
}

variable "form_version" {
  description = "Any number. Another one hands out a form and a URL that begin afresh; they are good for 7 days."
  type        = number
  default     = 1
}
