# Whoever uses the policy reads policy.yaml; this makes a module of it, so that terraform test can try it.
locals {
  policy = yamldecode(file("${path.module}/policy.yaml"))
}
