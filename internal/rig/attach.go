package rig

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
)

// Attached is a provider under way to which Terraform attaches, in place of starting three of its own for every plan: the
// start, with new TLS keys on both sides, is two thirds of the processor time of a small plan.
type Attached struct {
	Reattach string // the variable by which Terraform finds it, with its value

	cmd    *exec.Cmd
	cancel context.CancelFunc
	stderr buffer
}

// Attach starts the provider of a folder of built programs as Terraform would: in the folder and with the environment of
// the run that it is for. It ends with ctx; Detach must be called in every case but an error.
func Attach(ctx context.Context, bin, dir string, env []string) (*Attached, error) {
	ctx, cancel := context.WithCancel(ctx)
	a := &Attached{cancel: cancel}
	a.cmd = Command(ctx, dir, env, Path(bin, "terraform-provider-oss"), "-debug")
	a.cmd.Stderr = &a.stderr
	out, err := a.cmd.StdoutPipe()
	if err == nil {
		err = a.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	if a.Reattach, err = reattach(out); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, a.Detach())
	}
	return a, nil
}

const reattachVariable = "TF_REATTACH_PROVIDERS"

// reattach reads from what the provider prints for whoever debugs it.
func reattach(out io.Reader) (string, error) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		// A shell would take the quotes away. On Windows it is the line for PowerShell.
		if name, value, ok := strings.Cut(lines.Text(), "='"); ok && strings.HasSuffix(name, reattachVariable) {
			return atEachHost(strings.TrimSuffix(value, "'"))
		}
	}
	return "", errors.New("the provider does not say how to attach to it")
}

// atEachHost has the provider attached under the addresses that its source stands for in Terraform and in OpenTofu.
func atEachHost(value string) (string, error) {
	var providers map[string]json.RawMessage
	if err := json.Unmarshal([]byte(value), &providers); err != nil {
		return "", fmt.Errorf("how to attach to the provider: %w", err)
	}
	for _, address := range slices.Collect(maps.Keys(providers)) {
		if name, ok := strings.CutPrefix(address, Hosts[0]+"/"); ok {
			for _, host := range Hosts {
				providers[host+"/"+name] = providers[address]
			}
		}
	}
	text, err := json.Marshal(providers)
	return reattachVariable + "=" + string(text), err
}

// Detach ends the provider and returns what it has written to its standard error: nothing, unless it was asked for a log
// or has crashed.
func (a *Attached) Detach() string {
	a.cancel()
	_ = Wait(a.cmd) // an error because of the context
	return a.stderr.String()
}
