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
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o nosuid,nodev,noexec sys sys
mount -t tmpfs -o nosuid,mode=755 dev dev
mount -t tmpfs -o nosuid,nodev,mode=755 cgroup sys/fs/cgroup
if [ -n "$cgroup" ]; then
  umount sys/fs/cgroup
  mount -t cgroup2 -o nosuid,nodev,noexec cgroup sys/fs/cgroup
fi
# Where the host has its controllers in hierarchies of the first version, so has the guest.
if [ ! -s sys/fs/cgroup/cgroup.controllers ]; then
  mount -t tmpfs -o nosuid,mode=755 cgroup sys/fs/cgroup
  for controller in cpu cpuacct cpuset memory pids; do
    mkdir sys/fs/cgroup/$controller
    mount -t cgroup -o nosuid,nodev,noexec,$controller cgroup sys/fs/cgroup/$controller || rmdir sys/fs/cgroup/$controller
  done
fi
for node in full null random tty urandom zero; do
  : >dev/$node
  mount -o bind /dev/$node dev/$node
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o nosuid,nodev shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
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
