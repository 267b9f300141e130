/**
 * What is run inside, each by `sh -c` with arguments after the name `sh`. Scripts are constants, and values are
 * arguments: nothing is quoted twice, and nothing of a name is ever taken for a command.
 *
 * In the data store, `/current` is a link to the folder of `/stores` that holds the data, which a restored copy
 * replaces in one step; `/snapshots/ID` is a copy. A name that begins with a dot is that of something unfinished.
 */
export const makeStoreScript = `
set -e
[ -e /current ] && exit 0
mkdir -p "/stores/$1"
ln -sfn "stores/$1" /.current
mv -T /.current /current
sync
`

/** `cp -a` of busybox keeps owners, modes, times and hard links, but no extended attributes. */
export const snapshotScript = `
set -e
store=$(readlink /current)
rm -rf "/snapshots/.$1" "/snapshots/$1"
cp -a "/$store" "/snapshots/.$1"
sync
mv "/snapshots/.$1" "/snapshots/$1"
sync
`

/** The second argument is the name of the new store. */
export const restoreScript = `
set -e
test -d "/snapshots/$1"
cp -a "/snapshots/$1" "/stores/$2"
sync
ln -sfn "stores/$2" /.current
mv -T /.current /current
sync
for store in /stores/*; do [ "$store" -ef /current ] || rm -rf "$store"; done
`

/** Prints KiB first. What a cluster that runs removes meanwhile is no failure. */
export const measureScript = `
du -sk /current/. 2>/dev/null || :
`

export const removeSnapshotScript = `
rm -rf "/snapshots/.$1" "/snapshots/$1"
sync
`

/** What holds the lock is what mounts: a call that was killed may still be at it. */
const locked = (script: string) => `exec flock /run/kaweezle.lock /bin/sh -c '${script}' sh "$@"`

/** Shows the data to all distributions: /mnt/wsl is the one folder that they have in common. */
export const shareScript = locked(`
set -e
place=/mnt/wsl/kaweezle/$1
mkdir -p "$place"
[ "$place" -ef /current ] && exit 0
while mountpoint -q "$place"; do umount "$place"; done
mount --bind "/$(readlink /current)" "$place"
`)

export const unshareScript = locked(`
place=/mnt/wsl/kaweezle/$1
sync
while mountpoint -q "$place"; do umount "$place" || exit 1; done
rmdir "$place" 2>/dev/null
exit 0
`)

/**
 * Says on a root filesystem whose it is: iknite begins no cluster there before the data are in place.
 */
export const markScript = `
set -e
echo "$1 $2" >/etc/kaweezle-machine
sync
`

/** Gives the machine its data and its name. A cluster that began without its data would be another one. */
export const joinScript = locked(`
set -e
place=/mnt/wsl/kaweezle/$1 data=/var/lib/kaweezle
mountpoint -q "$place"
mkdir -p "$data"
[ "$data" -ef "$place" ] || mount --bind "$place" "$data"
hostname "$1"
`)

export const isJoinedScript = `mountpoint -q "/mnt/wsl/kaweezle/$1" && [ /var/lib/kaweezle -ef "/mnt/wsl/kaweezle/$1" ]`

/**
 * Stays, and with it the distribution. WSL leads 127.0.0.1 of Windows to the ports that are listened on inside, under
 * the same number: for another than 6443 something must listen there, and lead on.
 */
export const sessionScript = `
[ "$1" = 6443 ] || (while :; do nc -lk -p "$1" -e nc 127.0.0.1 6443; sleep 1; done) &
exec sleep 2147483647
`

/** Whether Windows and WSL have the same network: only then there is this interface, to the loopback of Windows. */
export const isMirroredScript = '[ -e /sys/class/net/loopback0 ]'

/** Kills the program that has \`$1\` in its environment, with its children: the oldest of all that have inherited it. */
export const killScript = `
wanted=$1 oldest= began=
for process in /proc/[0-9]*; do
  tr '\\0' '\\n' 2>/dev/null <"$process/environ" | grep -qxF "$wanted" || continue
  read -r line 2>/dev/null <"$process/stat" || continue
  set -- \${line##*) }
  if [ -z "$began" ] || [ "\${20}" -lt "$began" ]; then began=\${20} oldest=\${process#/proc/}; fi
done
[ -n "$oldest" ] || exit 0
tree() {
  kill -STOP "$1" 2>/dev/null
  for child in $(parents | while read -r pid parent; do [ "$parent" = "$1" ] && echo "$pid"; done); do tree "$child"; done
  kill -KILL "$1" 2>/dev/null
}
parents() {
  for other in /proc/[0-9]*; do
    read -r line 2>/dev/null <"$other/stat" || continue
    set -- \${line##*) }
    echo "\${other#/proc/} $2"
  done
}
tree "$oldest"
exit 0
`
