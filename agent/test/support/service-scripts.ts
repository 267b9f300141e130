/** The kubelet's service as Alpine's kubelet-openrc has it (pins.yaml, `kubelet_openrc`). */
export const kubeletService = `#!/sbin/openrc-run
supervisor=supervise-daemon
description="Kubelet, a Kubernetes node agent"

if [ -e /var/lib/kubelet/kubeadm-flags.env ]; then
	. /var/lib/kubelet/kubeadm-flags.env
fi

command="/usr/bin/kubelet"
command_args="\${command_args} \${KUBELET_KUBEADM_ARGS}"
pidfile="\${KUBELET_PIDFILE:-/run/\${RC_SVCNAME}.pid}"
: \${output_log:=/var/log/$RC_SVCNAME/$RC_SVCNAME.log}
: \${error_log:=/var/log/$RC_SVCNAME/$RC_SVCNAME.log}
: \${respawn_delay:=3}
: \${respawn_max:=0}

depend() {
	after net
	need cgroups
	want containerd crio
}

start_pre() {
	checkpath -d /var/log/$RC_SVCNAME
}
`

export const kubeletSettings = `command_args="--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --cgroup-driver=cgroupfs --config=/var/lib/kubelet/config.yaml"
`

/** CRI-O's service as Alpine's cri-o-openrc has it. */
export const crioService = `#!/sbin/openrc-run
description="OCI-based implementation of Kubernetes Container Runtime Interface"

command="/usr/bin/crio"
command_background="true"
pidfile="/run/\${RC_SVCNAME}.pid"
: \${output_log:=/var/log/$RC_SVCNAME/$RC_SVCNAME.log}
: \${error_log:=/var/log/$RC_SVCNAME/$RC_SVCNAME.log}

depend() {
	need net
}

start_pre() {
	checkpath -d /var/lib/crio /var/log/$RC_SVCNAME
}
`
