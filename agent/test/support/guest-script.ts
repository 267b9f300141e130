import { systemMounts } from './system-mounts.ts'

/** How /run and the root mount are: as WSL, a chroot or a container has them. */
export type GuestMode = 'wsl' | 'chroot' | 'container'

/**
 * Run by the host's `sh` in a mount and network namespace of its own; arguments: the root, the mode, the
 * address, its gateway, and the guest's cgroup or nothing. File descriptor 9 keeps the outer network, in
 * which the other end of eth0 is.
 */
export const outerScript = `
set -e
[ -z "$5" ] || echo $$ >"$5/cgroup.procs"
exec 9</proc/self/ns/net
exec unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child --propagation private -- \\
  sh -c "$GUEST_SCRIPT" guest "$@"
`

/** What becomes of {@link guestScript}: see `pauseProgram`. */
export const initPath = '/usr/lib/kube-doubles/init'

/** The first process of the guest: it prepares everything, says `ready` and waits, adopting and reaping. */
export const guestScript = `
set -e
root=$1 mode=$2 address=$3 gateway=$4 cgroup=$5
mount --bind "$root" "$root"
cd "$root"
${systemMounts}
if [ $mode != chroot ]; then mount -t tmpfs -o nosuid,nodev,mode=755 run run; fi
if [ $mode = wsl ]; then mkdir run/WSL; fi
hostname kaweezle
ip link set lo up
ip link add eth0 type veth peer name gw0 netns /proc/self/fd/9
nsenter --net=/proc/self/fd/9 ip link set gw0 up
exec 9<&-
ip address add "$address" broadcast + dev eth0
ip link set eth0 up
ip route add default via "$gateway"
mkdir -p tmp/.old
pivot_root . tmp/.old
cd /
umount -l /tmp/.old
rmdir /tmp/.old
if [ $mode = container ]; then mount --make-rprivate /; else mount --make-rshared /; fi
echo ready
exec env -i ${initPath} >/dev/null 2>&1
`
