import { systemMounts } from '../../../../agent/test/support/system-mounts.ts'

/**
 * Outside of the virtual machine: keeps the other end of its eth0 in a network of its own, and ends with the owner.
 * Arguments: the owner's pid, then those of {@link vmScript}.
 */
export const outerScript = `
owner=$1; shift
exec 9</proc/self/ns/net
unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private -- sh -c "$VM_SCRIPT" vm "$@" &
vm=$!
exec >/dev/null 2>&1
while kill -0 $owner && kill -0 $vm; do sleep 0.5; done
kill -KILL $vm
`

/**
 * The first process of the virtual machine, which has what all distributions share: the network and \`/mnt/wsl\`.
 * Arguments: the folder that is \`/mnt/wsl\`, the address, its gateway, the pause program.
 */
export const vmScript = `
set -e
shared=$1 address=$2 gateway=$3 pause=$4
mount -t tmpfs -o nosuid,mode=755 wsl "$shared"
mount --make-shared "$shared"
printf 'nameserver %s\\n' "$gateway" >"$shared/resolv.conf"
ip link set lo up
ip link add eth0 type veth peer name gw0 netns /proc/self/fd/9
nsenter --net=/proc/self/fd/9 ip link set gw0 up
exec 9<&-
ip address add "$address" broadcast + dev eth0
ip link set eth0 up
ip route add default via "$gateway"
echo ready
exec env -i "$pause" >/dev/null 2>&1
`

/**
 * The first process of a distribution, in namespaces below those of the virtual machine. Arguments: its root, the
 * shared folder, the pause program, its host name, and yes or no for: automount, a hosts file, a resolv.conf.
 */
export const distributionScript = `
set -e
root=$1 shared=$2 pause=$3 name=$4 automount=$5 hosts=$6 resolv=$7 cgroup=$8
mount --bind "$root" "$root"
cd "$root"
mkdir -p dev mnt/wsl proc run sys tmp
${systemMounts}
mount -t tmpfs -o nosuid,nodev,mode=755 run run
mkdir run/WSL
mount --rbind "$shared" mnt/wsl
[ -e init ] || : >init
mount --bind "$pause" init
hostname "$name"
if [ $automount = yes ]; then mkdir -p mnt/c; mount -t tmpfs 'C:' mnt/c; fi
if [ $hosts = yes ]; then printf '127.0.0.1\\tlocalhost\\n127.0.1.1\\t%s\\n' "$name" >etc/hosts; fi
if [ $resolv = yes ]; then ln -sf /mnt/wsl/resolv.conf etc/resolv.conf; fi
mount --make-rshared .
mount --move . /
echo ready
exec chroot . /init >/dev/null 2>&1
`
