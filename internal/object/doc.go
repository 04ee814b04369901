// Package object is the engine behind every resource that writes objects. It knows what is wanted of an object (Spec) and
// what was last seen of it (State), decides in one place what has to be done about the difference (Compare), and does it
// (Writer).
//
// A plan shows what Compare says, and an apply carries out the Change of the plan: it never decides again, because what
// it knows of the configuration is not what was planned. The package knows nothing of Terraform, and a Writer reports by
// its return values alone, so that a thousand objects can be written side by side.
package object
