import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { execa } from 'execa'

/** A .wsl file as bsdtar reads it, with which WSL imports. */
export interface WslArchive {
  /** What the file begins with. */
  readonly magic: number
  /** By absolute path. */
  readonly entries: ReadonlyMap<string, WslEntry>
  readonly content: (path: string) => Promise<Buffer>
  /** The names of extended attributes. */
  readonly attributes: readonly string[]
}

export interface WslEntry {
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly link: string | undefined
}

export async function readWsl(file: string): Promise<WslArchive> {
  const packed = await readFile(file)
  const options = '--options=!all,type,mode,uid,gid,size,link'
  const listing = await execa('bsdtar', ['-cf', '-', '--format=mtree', options, `@${file}`])
  return {
    magic: packed.readUInt16BE(),
    entries: new Map(listing.stdout.split('\n').flatMap(parseLine)),
    async content(path) {
      const { stdout } = await execa('bsdtar', ['-xOf', file, path.slice(1)], {
        encoding: 'buffer',
        stripFinalNewline: false,
      })
      return Buffer.from(stdout)
    },
    attributes: [
      ...gunzipSync(packed)
        .toString('latin1')
        .matchAll(/SCHILY\.xattr\.([\w.]+)=/g),
    ].map(([, name = '']) => name),
  }
}

function parseLine(line: string): [string, WslEntry][] {
  if (!line.startsWith('./')) return []
  const [path = '', ...words] = line.slice(1).split(' ')
  const fields = Object.fromEntries(words.map((word) => word.split(/=(.*)/s)))
  const [mode, uid, gid, size] = [
    Number.parseInt(fields.mode, 8),
    +fields.uid,
    +fields.gid,
    +(fields.size ?? 0),
  ]
  return [[path, { type: fields.type, mode, uid, gid, size, link: fields.link }]]
}

const settings = {
  '/etc/wsl-distribution.conf':
    /^(oobe\.(command|defaultuid|defaultname)|shortcut\.(icon|enabled)|windowsterminal\.(profiletemplate|enabled))$/,
  '/etc/wsl.conf':
    /^(automount\.(enabled|ldconfig|mountfstab|options|root)|boot\.(command|protectbinfmt|systemd)|fileserver\.enabled|filesystem\.umask|general\.hostname|gpu\.(appendlibpath|enabled)|interop\.(appendwindowspath|enabled)|network\.(generatehosts|generateresolvconf|hostname)|time\.usewindowstimezone|user\.default)$/,
}

/**
 * What Microsoft's validator says of a file for x86_64, and what it recommends: read from its source
 * (distributions/validate-modern.py of github.com/microsoft/WSL at 22d70a0) and its documentation
 * (https://learn.microsoft.com/windows/wsl/build-custom-distro), and written again without any code of the pipeline.
 */
export async function validateWsl(archive: WslArchive): Promise<string[]> {
  const { entries, content, magic, attributes } = archive
  const findings: string[] = []
  const say = (wrong: boolean, what: string) => void (wrong && findings.push(what))
  const hasMode = (path: string, modes: readonly number[], gid: number | 'any' = 0) => {
    const entry = entries.get(path)
    say(entry === undefined, `${path} is missing`)
    if (entry === undefined) return
    say(!modes.includes(entry.mode), `${path} has mode ${entry.mode.toString(8)}`)
    say(entry.uid !== 0 || (gid !== 'any' && entry.gid !== gid), `${path} is not root’s`)
  }
  const named = (path: string | undefined, folders: RegExp, modes: readonly number[]) => {
    if (path === undefined) return
    hasMode(path, modes)
    say(!folders.test(path), `${path} is in the wrong folder`)
    say((entries.get(path)?.size ?? 0) > 1024 * 1024, `${path} is too big`)
  }
  const text = async (path: string) => (entries.has(path) ? (await content(path)).toString() : '')

  say(magic !== 0x1f8b, 'it is not compressed with gzip')
  for (const [path, known] of Object.entries(settings)) {
    hasMode(path, [0o644, 0o664])
    for (const key of Object.keys(parseSettings(await text(path))))
      say(!known.test(key), `${path} has the key ${key}`)
  }
  const distribution = parseSettings(await text('/etc/wsl-distribution.conf'))
  say(!distribution['oobe.defaultname'], 'it has no default name')
  say(!distribution['shortcut.icon'], 'it has no icon')
  named(distribution['oobe.command'], /^\/usr\/(lib|libexec)\/wsl\//, [0o755, 0o775])
  named(distribution['shortcut.icon'], /^\/usr\/(lib|share)\/wsl\//, [0o644, 0o664])
  named(distribution['windowsterminal.profiletemplate'], /^\/usr\/lib\/wsl\//, [0o640, 0o660])

  hasMode('/etc/passwd', [0o644, 0o664])
  hasMode('/etc/shadow', [0o640, 0o600, 0], 'any')
  const users = (await text('/etc/passwd'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(':'))
  const uids = users.map(([, , uid]) => Number(uid))
  say(
    users.some((fields) => fields.length !== 7) || uids.some(Number.isNaN),
    'passwd has a line that is none',
  )
  say(new Set(uids).size !== uids.length, 'passwd has a uid twice')
  say(users[uids.indexOf(0)]?.[0] !== 'root', 'uid 0 is not root')
  const hashes = (await text('/etc/shadow')).split('\n').map((line) => line.split(':')[1] ?? '')
  say(
    hashes.some((hash) => /[^!*]/.test(hash)),
    'shadow has a hash',
  )

  const shell = follow(entries, '/bin/sh')
  hasMode(shell, [0o755, 0o775, 0o555])
  const program = entries.has(shell) ? await content(shell) : Buffer.alloc(20)
  const isElf = program.subarray(0, 6).equals(Buffer.from('\x7fELF\x02\x01', 'latin1'))
  say(!isElf || program.readUInt16LE(18) !== 62, '/bin/sh is no program for x86-64')

  const unsupported = attributes.filter((name) => /^security\.(selinux|ima|evm)/.test(name))
  say(unsupported.length > 0, `it has the attribute ${unsupported[0]}`)
  say(entries.has('/etc/resolv.conf'), 'it has a resolv.conf')
  const kernel = [...entries.keys()].find((path) => /\/(vmlinu[xz]|initr(d|amfs))[^/]*$/.test(path))
  say(kernel !== undefined, `it has ${kernel}`)
  return findings
}

/** As Python's configparser does: `section.key`, keys in lower case. */
function parseSettings(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  let section = ''
  for (const line of text.split('\n')) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section
    const [, key = '', value = ''] = /^([^#;[][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (key !== '') values[`${section}.${key.toLowerCase()}`] = value
  }
  return values
}

/** Where a path leads, links among its folders followed; at most ten times, as the validator does. */
function follow(entries: ReadonlyMap<string, WslEntry>, path: string, depth = 10): string {
  const parts = path.split('/').slice(1)
  for (let count = 1; count <= parts.length; count += 1) {
    const place = `/${parts.slice(0, count).join('/')}`
    const link = entries.get(place)?.link
    if (link === undefined || depth === 0) continue
    return follow(
      entries,
      posix.join(posix.resolve(posix.dirname(place), link), ...parts.slice(count)),
      depth - 1,
    )
  }
  return path
}
