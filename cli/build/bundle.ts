import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { licensesName, thirdPartyLicenses } from '@kaweezle/program-kit/third-party-licenses.ts'
import { type BuildOptions, build, type Plugin, transform } from 'esbuild'

export interface BundleCliOptions {
  /** Absolute path of the folder for the program; what an earlier call wrote there is replaced. */
  readonly folder: string
  readonly version: string
}

/** The program, and beside it the folder of what it loads when it needs it. */
export const programName = 'kaweezle.cjs'
export const partsFolder = 'parts'

const workspace = join(import.meta.dirname, '..')
/** The oldest Node that it runs on: `engines` of package.json says so too. */
const target = 'node22'

/** Spaces go, names stay, for stack traces; lines end somewhere, for who looks at one. */
const size = { minifyWhitespace: true, minifySyntax: true, legalComments: 'none', lineLimit: 200 } as const

/**
 * Writes the CLI as a program that needs nothing but Node, and returns the program's path. It is divided at each `import()`:
 * to read all of it would take longer than most commands do. The same source makes the same bytes wherever it lies.
 * @throws esbuild's error, with places, where the source cannot be bundled
 */
export async function bundleCli({ folder, version }: BundleCliOptions): Promise<string> {
  const { outputFiles, metafile } = await build({ ...divided, define: versionOf(version) })
  const licenses = await thirdPartyLicenses(metafile, {
    list: (path) => readdir(join(workspace, path)),
    read: (path) => readFile(join(workspace, path), 'utf8'),
  })
  const program = join(folder, programName)
  // Names of parts have digests in them: those of another version would stay.
  await rm(join(folder, partsFolder), { recursive: true, force: true })
  await mkdir(join(folder, partsFolder), { recursive: true })
  for (const { path, text } of outputFiles) {
    const isProgram = basename(path) === programName
    const code = await toCommonJs(text)
    if (isProgram) await writeFile(program, `#!/usr/bin/env node\n${code}`)
    else await writeFile(join(folder, partsFolder, basename(path)), code)
  }
  await writeFile(join(folder, licensesName), licenses)
  await chmod(program, 0o755)
  return program
}

/**
 * What no command of ours comes to, and half of the size: Docker over SSH (`findEndpoints` refuses it before), and images
 * that BuildKit builds. Their native modules go with them.
 */
const unreached: Plugin = {
  name: 'unreached',
  setup({ onResolve, onLoad }) {
    const filter = /^(ssh2|protobufjs|@grpc\/grpc-js|@grpc\/proto-loader)$/
    onResolve({ filter }, ({ path }) => ({ path, namespace: 'unreached' }))
    onLoad({ filter: /^/, namespace: 'unreached' }, () => ({ contents: 'module.exports = {}' }))
  },
}

const divided = {
  // Every path that gets into the bytes is relative to this one.
  absWorkingDir: workspace,
  entryPoints: { [basename(programName, '.cjs')]: 'src/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  chunkNames: `${partsFolder}/[name]-[hash]`,
  // Links among node_modules would lead to paths of this machine.
  preserveSymlinks: true,
  bundle: true,
  // esbuild divides only modules of this format.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target,
  // No tsconfig.json above the folder counts.
  tsconfigRaw: {},
  plugins: [unreached],
  metafile: true,
  write: false,
  logLevel: 'silent',
  ...size,
} as const satisfies BuildOptions

function versionOf(version: string): Record<string, string> {
  return { __KAWEEZLE_VERSION__: JSON.stringify(version) }
}

/** Node starts CommonJS sooner, and what is bundled of it asks for `require`. */
async function toCommonJs(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    // `import()` becomes `require`, which is all that it is for here.
    supported: { 'dynamic-import': false },
    logLevel: 'silent',
    logOverride: { 'empty-import-meta': 'error' },
    ...size,
  })
  return code
}
