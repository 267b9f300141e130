/**
 * A part of a script of `sh`: mounts /proc, /sys, /dev and control groups of their own in the root filesystem that is the
 * working directory. `$cgroup` is empty, or says that there is one of the second version.
 */
export const systemMounts = `
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
`
