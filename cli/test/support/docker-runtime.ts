import { readFile, writeFile } from 'node:fs/promises'

/** The number of CAP_SYS_RESOURCE. */
const resource = 24n

/** Takes a capability, and limits that only it can raise, out of what a container is to have. */
const script = `#!/bin/sh
before=
for argument; do
  case $before in
    --bundle) file=$argument/config.json ;;
    --process) file=$argument ;;
    *) file= ;;
  esac
  [ -z "$file" ] || sed -i -e 's/"CAP_SYS_RESOURCE",//g' -e 's/,"CAP_SYS_RESOURCE"//g' \\
    -e 's/"rlimits":\\[[^]]*\\],//g' "$file"
  before=$argument
done
exec runc "$@"
`

/**
 * Flags for a daemon that give it a runtime for privileged containers where this machine, itself in a sandbox, has not
 * all capabilities to give. None where it has.
 */
export async function runtimeFlags(path: string): Promise<readonly string[]> {
  const status = await readFile('/proc/self/status', 'utf8')
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  if ((bounding >> resource) & 1n) return []
  await writeFile(path, script, { mode: 0o755 })
  return ['--add-runtime', `sandboxed=${path}`, '--default-runtime', 'sandboxed']
}
