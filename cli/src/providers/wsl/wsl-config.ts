import { type Finding, finding } from '../../finding.ts'
import { bytesText } from '../../output/units.ts'

const name = '.wslconfig'

/** What kubeadm wants of a control plane (its `ControlPlaneMem` and `ControlPlaneNumCPU`). */
const leastMemory = 1700 * 1024 * 1024
const leastProcessors = 2

/**
 * What keeps a cluster from working in the file that a person wrote for all of their distributions.
 * @see https://learn.microsoft.com/windows/wsl/wsl-config; microsoft/WSL, src/windows/common/WslCoreConfig.cpp
 */
export function examineWslConfig(text: string): readonly Finding[] {
  const settings = parseWslConfig(text)
  const mode = (settings.get('wsl2.networkingmode') ?? settings.get('experimental.networkingmode') ?? '')
    .trim()
    .toLowerCase()
  const fault = (message: string, hint: string): Finding => ({ name, verdict: 'fail', message, hint })
  const restart = 'save your work in all distributions and run `wsl --shutdown`'
  const faults: Finding[] = []
  if (isOn(settings.get('wsl2.safemode')))
    faults.push(fault('safeMode leaves WSL without a network', `Take it out, ${restart}.`))
  else if (mode === 'none')
    faults.push(fault('networkingMode=none leaves WSL without a network', `Take it out, ${restart}.`))
  // With mirrored networks the setting has no effect.
  else if (mode !== 'mirrored' && isOff(settings.get('wsl2.localhostforwarding')))
    faults.push(
      fault(
        'localhostForwarding=false keeps Windows from reaching the API server at 127.0.0.1',
        `Take it out, ${restart}.`,
      ),
    )
  const memory = parseSize(settings.get('wsl2.memory'))
  if (memory !== undefined && memory > 0 && memory < leastMemory) {
    const hint = `Set it to 4GB or more, ${restart}.`
    faults.push(fault(`memory gives WSL ${bytesText(memory)}, and kubeadm wants 1.8 GB`, hint))
  }
  const processors = Number(settings.get('wsl2.processors'))
  if (processors > 0 && processors < leastProcessors) {
    const hint = `Set it to 2 or more, ${restart}.`
    faults.push(fault(`processors gives WSL ${processors}, and kubeadm wants ${leastProcessors}`, hint))
  }
  if (faults.length > 0) return faults
  return [finding(name, { verdict: 'pass', message: 'nothing in it is in the way', hint: '' })]
}

/**
 * `section.key`, in lower case, with its value: of several the first counts. Comments begin with `#`, and quotes are
 * taken off (microsoft/WSL, src/shared/configfile/configfile.cpp).
 */
export function parseWslConfig(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  let section = ''
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    section = /^\s*\[(\w+)\]/.exec(line)?.[1]?.toLowerCase() ?? section
    const [, key, quoted, plain = ''] = /^\s*([a-z]\w*)\s*=\s*(?:"([^"]*)"|([^#]*))/i.exec(line) ?? []
    if (key === undefined) continue
    const full = `${section}.${key.toLowerCase()}`
    if (!settings.has(full)) settings.set(full, quoted ?? plain.trim())
  }
  return settings
}

function isOn(value: string | undefined): boolean {
  return /^(true|1)$/i.test(value ?? '')
}

function isOff(value: string | undefined): boolean {
  return /^(false|0)$/i.test(value ?? '')
}

/** As `ParseMemorySize` of WSL: a whole number and one of B, K, KB, M, MB, G, GB, T, TB, of powers of 1024. */
function parseSize(value: string | undefined): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([KMGT]?)B?$/i.exec(value ?? '') ?? []
  if (digits === undefined) return undefined
  return Number(digits) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit.toUpperCase())
}
