import { PipelineError } from '../errors.ts'
import { type RunResult, suppliesPath } from './engine.ts'

/** The status of {@link sandboxScript} when the sandbox could not be prepared; `docker run` uses the same. */
const brokenStatus = 125

/**
 * What both engines run, with `sh -c`, as the first process of fresh mount, pid, net, uts and ipc namespaces;
 * arguments: the folder of the rootfs, the folder of the supplies, and the command. It must do with
 * util-linux and dash as well as with busybox.
 *
 * The command is a child and not the first process itself: it keeps the usual signal handling, and all that
 * it leaves behind is killed by the kernel when the shell ends. Where a fresh `/proc` is refused (a container
 * whose own is masked), the outer one must do.
 */
export const sandboxScript = `
set -e
trap 'exit ${brokenStatus}' EXIT
umask 022
root=$1 supplies=$2
shift 2
mount -t proc -o nosuid,nodev,noexec proc "$root/proc" 2>/dev/null || mount -o rbind /proc "$root/proc"
mount -t tmpfs -o nosuid,mode=755 dev "$root/dev"
for node in full null random tty urandom zero; do
  : >"$root/dev/$node"
  mount -o bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o nosuid,nodev,noexec,mode=555 sys "$root/sys"
mount -t tmpfs -o nosuid,nodev,mode=755 run "$root/run"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmp "$root/tmp"
mkdir "$root${suppliesPath}"
mount -o bind "$supplies" "$root${suppliesPath}"
mount -o remount,bind,ro,nosuid,nodev,noexec "$root${suppliesPath}"
hostname localhost
trap - EXIT
set +e
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root chroot "$root" "$@"
exit $?
`

/**
 * The result of {@link sandboxScript}, as it is.
 * @throws PipelineError `ENGINE_FAILED` when the script did not come as far as the command.
 */
export function assertPrepared(result: RunResult): RunResult {
  if (result.status !== brokenStatus) return result
  throw new PipelineError('ENGINE_FAILED', `The sandbox cannot be prepared: ${result.stderr.trim()}`)
}
