variable "bucket" {
  description = "The bucket that holds the site. It has to exist."
  type        = string
  default     = "example"
}

variable "owner" {
  description = "Who answers for the site, in the user metadata of each file."
  type        = string
  default     = "web-team"
}

variable "cost_center" {
  description = "Who pays for the site, in the user metadata of each file."
  type        = string
  default     = "4711"
}

variable "booking_origin" {
  description = "The second origin, whose pages may read files of this one."
  type        = string
  default     = "https://booking.lantern-ferry.example"
}
