/** linux/capability.h, by number. */
const names = `chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace
sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control
setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore`.split(
  /\s+/,
)

/** Bytes of the structure, by its version. */
const lengths: Readonly<Record<number, number>> = { 1: 12, 2: 20, 3: 24 }

/** The extended attribute that holds the capabilities of a file. */
export const capabilityAttribute = 'security.capability'

/**
 * The capabilities of a file as `getcap` prints them, from `struct vfs_cap_data`: `cap_net_raw=ep`, sets of equal flags
 * together. Those of a user namespace have its root's id in brackets. What is no such structure is shown in hex.
 */
export function describeCapabilities(value: Uint8Array): string {
  const bytes = Buffer.from(value)
  const unknown = `0x${bytes.toString('hex')}`
  if (bytes.length < 4) return unknown
  const magic = bytes.readUInt32LE(0)
  if (lengths[magic >>> 24] !== bytes.length || (magic & 0xfffffe) !== 0) return unknown
  const setOf = (at: number): bigint => {
    const low = BigInt(bytes.readUInt32LE(4 + at))
    return bytes.length < 20 ? low : low | (BigInt(bytes.readUInt32LE(12 + at)) << 32n)
  }
  const [permitted, inheritable] = [setOf(0), setOf(4)]
  const effective = (magic & 1) !== 0
  const byFlags = new Map<string, string[]>()
  for (let bit = 0; bit < 64; bit++) {
    const [isPermitted, isInheritable] = [has(permitted, bit), has(inheritable, bit)]
    if (!isPermitted && !isInheritable) continue
    const flags = `${effective ? 'e' : ''}${isInheritable ? 'i' : ''}${isPermitted ? 'p' : ''}`
    const name = `cap_${names[bit] ?? bit}`
    byFlags.set(flags, [...(byFlags.get(flags) ?? []), name])
  }
  const sets = [...byFlags].map(([flags, list]) => `${list.join(',')}=${flags}`).join(' ') || '='
  return bytes.length === 24 ? `${sets} [rootid=${bytes.readUInt32LE(20)}]` : sets
}

function has(set: bigint, bit: number): boolean {
  return ((set >> BigInt(bit)) & 1n) === 1n
}
