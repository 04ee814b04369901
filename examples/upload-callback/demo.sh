#!/usr/bin/env bash
# Runs this example against a local OSS server and examples/callback-receiver, both on this machine: `make callback-demo`.
# It needs the go command and a terraform, no account and no network, and leaves nothing behind.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."

# What the shell holds must not decide what is shown.
unset "${!TF_@}" "${!OSS_@}" "${!ALIBABA_CLOUD_@}"

work="$(mktemp -d)"
servers=()
finish() {
	for pid in ${servers[@]+"${servers[@]}"}; do kill "$pid" 2>/dev/null || true; done
	wait
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

go build -o "$work/bin/" . ./cmd/oss-local ./examples/callback-receiver

# start NAME PROGRAM ARGUMENTS... runs a server and puts the address that it prints first into the variable NAME.
start() {
	local name="$1" line
	shift
	mkfifo "$work/$name"
	TMPDIR="$work" "$@" >"$work/$name" 2>"$work/$name.log" &
	servers+=("$!")
	# Opened once and kept: a server whose output nobody reads would end.
	case "$name" in
	oss) exec 3<"$work/$name" && read -r line <&3 ;;
	receiver) exec 4<"$work/$name" && read -r line <&4 ;;
	esac || {
		cat "$work/$name.log" >&2
		exit 1
	}
	printf -v "$name" '%s' "${line#listening on }"
}

start oss "$work/bin/oss-local" --addr 127.0.0.1:0 --bucket example --allow-private-callbacks
start receiver "$work/bin/callback-receiver" --addr 127.0.0.1:0 --trust-key-url "$oss/callback_pub_key_v1.pem"
echo "OSS at $oss, the application server at $receiver"

cp "$here"/*.tf "$work/"
cat >"$work/cli.tfrc" <<EOF
provider_installation {
  dev_overrides {
    "terraform-provider-oss/oss" = "$work/bin"
  }
  direct {}
}
EOF
export TF_CLI_CONFIG_FILE="$work/cli.tfrc" CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
export TF_VAR_bucket=example TF_VAR_callback_url="$receiver/oss/callback"
# These names are asked before every file of credentials in the home folder, the OSS_ ones after them.
export ALIBABA_CLOUD_ACCESS_KEY_ID=local-id ALIBABA_CLOUD_ACCESS_KEY_SECRET=local-secret
export OSS_ENDPOINT="$oss" OSS_REGION=cn-hangzhou
cd "$work"

echo
echo "terraform apply: the object is uploaded, and OSS calls the application server back"
terraform apply -auto-approve -no-color >apply.log || {
	cat apply.log receiver.log >&2
	exit 1
}
echo
echo "terraform output receiver_answer"
terraform output -no-color receiver_answer

echo
echo "terraform plan: the callback changes nothing more"
terraform plan -detailed-exitcode -no-color >plan.log || {
	cat plan.log >&2
	exit 1
}
grep '^No changes' plan.log
