import { type ErrorCode, KaweezleError } from '../../errors.ts'
import { decodeOutput, errorCodeIn } from './decode-output.ts'
import type { WslRun } from './spawn-wsl.ts'

interface Meaning {
  readonly code: ErrorCode
  readonly hint: string
}

const virtualisation: Meaning = {
  code: 'PROVIDER_UNAVAILABLE',
  hint: 'Turn virtualisation on in the firmware (UEFI), run `wsl --install --no-distribution` as administrator, and restart Windows.',
}
const component: Meaning = {
  code: 'PROVIDER_UNAVAILABLE',
  hint: 'Run `wsl --install --no-distribution` as administrator and restart Windows.',
}
const service: Meaning = {
  code: 'PROVIDER_UNAVAILABLE',
  hint: 'Start the service WslService (in `services.msc`), or restart Windows.',
}
const crashed: Meaning = {
  code: 'PROVIDER_FAILED',
  hint: 'Run the same command again; if it fails again, save your work in all distributions and run `wsl --shutdown`.',
}
const full: Meaning = {
  code: 'DISK_FULL',
  hint: 'Make room on the disk of your user folder, and run the same command again.',
}
const taken: Meaning = {
  code: 'PROVIDER_FAILED',
  hint: 'Another distribution has this name or folder: use `--name` with another one, or remove it with `wsl --unregister`.',
}
const busy: Meaning = {
  code: 'PROVIDER_FAILED',
  hint: 'WSL still works on this distribution: try again in a minute.',
}
const elevation: Meaning = {
  code: 'PROVIDER_FAILED',
  hint: 'Run kaweezle with the same rights as the other WSL windows: all as administrator, or none.',
}
const archive: Meaning = {
  code: 'PROVIDER_FAILED',
  hint: 'Run `kaweezle doctor`; the details say what WSL found.',
}

const meanings: Readonly<Record<string, Meaning>> = {
  HCS_E_HYPERV_NOT_INSTALLED: virtualisation,
  '0x80370102': virtualisation,
  ERROR_NOT_SUPPORTED: virtualisation,
  WSL_E_VIRTUAL_MACHINE_PLATFORM_REQUIRED: component,
  '0x8004032d': component,
  WSL_E_WSL_OPTIONAL_COMPONENT_REQUIRED: component,
  '0x80040321': component,
  HCS_E_SERVICE_NOT_AVAILABLE: service,
  '0x80370114': service,
  ERROR_SERVICE_DISABLED: service,
  '0x80070422': service,
  WSL_E_LOCAL_SYSTEM_NOT_SUPPORTED: {
    code: 'PROVIDER_UNAVAILABLE',
    hint: 'Run kaweezle as a user, not as the system.',
  },
  WSL_E_VM_CRASHED: crashed,
  '0x80040332': crashed,
  E_UNEXPECTED: crashed,
  '0x8000ffff': crashed,
  WSL_E_DISK_CORRUPTED: {
    code: 'PROVIDER_FAILED',
    hint: 'The disk of the distribution is damaged: see https://aka.ms/wsldiskmountrecovery.',
  },
  ERROR_DISK_FULL: full,
  '0x80070070': full,
  ERROR_HANDLE_DISK_FULL: full,
  '0x80070027': full,
  ERROR_ALREADY_EXISTS: taken,
  '0x800700b7': taken,
  ERROR_FILE_EXISTS: taken,
  '0x80070050': taken,
  E_ILLEGAL_STATE_CHANGE: busy,
  '0x8000000d': busy,
  ERROR_SHARING_VIOLATION: busy,
  '0x80070020': busy,
  WSL_E_LOWER_INTEGRITY: elevation,
  WSL_E_HIGHER_INTEGRITY: elevation,
  WSL_E_IMPORT_FAILED: archive,
  WSL_E_NOT_A_LINUX_DISTRO: archive,
}

/** The error for a wsl.exe that failed at what `action` says, such as `import kwsl`. */
export function wslError(action: string, { status, stdout, stderr }: WslRun): KaweezleError {
  const code = errorCodeIn(stdout, stderr)
  const said = [stdout, stderr].flatMap((bytes) => decodeOutput(bytes).split('\n')).map(clean)
  // What Linux says of a full disk: bsdtar runs inside, where messages are English.
  const isFull = said.some((line) => line.includes('No space left on device'))
  const meaning = isFull ? full : (meanings[normalised(code)] ?? undefined)
  const what = code ?? `status ${status}`
  return new KaweezleError(meaning?.code ?? 'PROVIDER_FAILED', `WSL could not ${action}: ${what}`, {
    hint: meaning?.hint ?? 'Run `kaweezle doctor`; the details are what WSL says.',
    details: said.filter((line) => line !== '').slice(-20),
  })
}

function normalised(code: string | undefined): string {
  return code?.startsWith('0x') ? code.toLowerCase() : (code ?? '')
}

/** Without control characters, which could change the terminal. */
function clean(line: string): string {
  return line.replace(/\p{Cc}/gu, '').trimEnd()
}
