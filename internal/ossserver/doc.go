// Package ossserver is an OSS endpoint over a local folder.
package ossserver
