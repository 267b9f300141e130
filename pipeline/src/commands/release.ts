import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PipelineError } from '../errors.ts'
import { chooseBucket } from '../publish/bucket/choose-bucket.ts'
import { chooseReleaseKey, openReleaseKey } from '../publish/choose-release-key.ts'
import { headCommit, originRemote } from '../publish/git.ts'
import { parseApiUrl, parseRepository, type Repository, repositoryOfRemote } from '../publish/repository.ts'
import { longestNotes } from '../publish/state.ts'
import { readReleaseToken } from '../publish/token.ts'
import { orFileError } from '../store/file-error.ts'
import type { Command, CommandContext } from './command.ts'
import { displayFlags } from './display-flags.ts'
import { describeFlags, type FlagTable, type FlagValues, parseArguments } from './flags.ts'
import { type ReleaseOptions, ReleaseRun } from './release-run.ts'
import { releaseSteps } from './release-steps.ts'
import { runSteps } from './run-steps.ts'
import { sourceFlags } from './source-flags.ts'

const flags = {
  tag: { type: 'string', value: 'TAG', help: "the release's tag (v and the version of the manifest)" },
  target: {
    type: 'string',
    value: 'COMMIT',
    help: 'what a new tag points to (GITHUB_SHA, or what is checked out)',
  },
  draft: { type: 'boolean', help: 'leave it a draft, for people to look at' },
  prerelease: { type: 'boolean', help: 'not a full release (so are versions such as 1.0.0-rc.1)' },
  latest: {
    type: 'boolean',
    help: 'a rolling pre-release: takes the place of the one before, and\nits tag moves (with the tag latest)',
  },
  'make-latest': {
    type: 'string',
    choices: ['true', 'false', 'legacy'],
    help: 'whether GitHub shows it as the latest: legacy compares versions\n(legacy)',
  },
  notes: {
    type: 'string',
    value: 'FILE',
    help: 'the notes, in Markdown (versions, how to check the files, and what\nchanged since the former release)',
  },
  'notes-since': {
    type: 'string',
    value: 'TAG',
    help: 'the release that the notes tell the changes since; none: no changes\n(the highest version before, or the rolling release that is replaced)',
  },
  cache: {
    ...sourceFlags.cache,
    help: "where files of the former release are kept (the user's cache folder)",
  },
  bucket: {
    type: 'string',
    value: 'OWNER/NAME',
    help: 'where kaweezle.json of a full version is committed to, for scoop\n(KAWEEZLE_BUCKET)',
  },
  'bucket-pull-request': { type: 'boolean', help: 'propose it there in a pull request instead' },
  key: { type: 'string', value: 'FILE', help: 'the minisign key that signs SHA256SUMS' },
  unsigned: { type: 'boolean', help: 'sign nothing: kaweezle does not install such a release' },
  'dry-run': { type: 'boolean', help: 'print what would be done, and change nothing' },
  repository: {
    type: 'string',
    value: 'OWNER/NAME',
    help: 'where to (GITHUB_REPOSITORY, or the remote origin)',
  },
  'api-url': {
    type: 'string',
    value: 'URL',
    help: 'the API of an Enterprise Server, as in https://HOST/api/v3\n(GITHUB_API_URL, or https://api.github.com)',
  },
  ...displayFlags,
} as const satisfies FlagTable

const word = 'DIR'

/** `npm run release`: publishes a folder of builds as a release on GitHub. */
export const release: Command = {
  call: 'npm run release',
  summary: 'Publishes a folder of builds as a release on GitHub, or goes on with one.',
  run,
  help: () => `Publishes a folder of builds (dist) as a release on GitHub.

  npm run release -- [DIR] [flags]

${describeFlags(flags)}

The token is in GH_TOKEN or GITHUB_TOKEN, that for the bucket in KAWEEZLE_BUCKET_TOKEN, the key that signs in the file
that KAWEEZLE_RELEASE_KEY names, or, as text, in KAWEEZLE_RELEASE_KEY_TEXT.

All files are uploaded to a draft, which is published when they were read back and are right. Killed and run again,
it goes on: files that are there are not uploaded again. A published release is never changed. docs/releasing.md
says more.

Exit status: 0 done; 1 GitHub refuses; 2 the command line is wrong; 3 the files do not belong together, or there is
another release of that tag; 4 GitHub cannot be reached, or its rate limit; 130 interrupted.

Examples
  npm run release -- --dry-run --unsigned
  npm run release -- --key ~/kaweezle.key --notes notes.md
  npm run release -- --latest
`,
}

async function run(argv: readonly string[], { signal, display }: CommandContext): Promise<void> {
  const { values, word: folder } = parseArguments(argv, flags, word)
  const options = await parseReleaseOptions(values, folder)
  const run = new ReleaseRun(options, signal)
  await runSteps(run, releaseSteps(options), display)
  if (display.renderer !== 'json') display.result(run.summary)
}

async function parseReleaseOptions(
  values: FlagValues<typeof flags>,
  folder: string | undefined,
): Promise<ReleaseOptions> {
  const { env } = process
  const rolling = values.latest ?? false
  const makeLatest = values['make-latest'] ?? 'legacy'
  if (rolling && makeLatest === 'true')
    throw usage(
      '--latest makes a pre-release, which GitHub never shows as the latest',
      'Leave --make-latest away.',
    )
  if (values.notes !== undefined && values['notes-since'] !== undefined)
    throw usage('--notes and --notes-since contradict each other', 'Give one of them.')
  const key = await openReleaseKey(chooseReleaseKey(values, env))
  const apiUrl = parseApiUrl(values['api-url'] ?? (env['GITHUB_API_URL'] || 'https://api.github.com'))
  return {
    folder: resolve(folder ?? 'dist'),
    tag: values.tag,
    target: values.target ?? (env['GITHUB_SHA'] || (await headCommit())),
    draft: values.draft ?? false,
    prerelease: values.prerelease ?? false,
    rolling,
    makeLatest,
    notes: values.notes === undefined ? undefined : await readNotes(resolve(values.notes)),
    notesSince: values['notes-since'],
    cache: values.cache === undefined ? undefined : resolve(values.cache),
    bucket: chooseBucket(values, env),
    key,
    dryRun: values['dry-run'] ?? false,
    repository: await findRepository(values.repository, apiUrl),
    apiUrl,
    token: readReleaseToken(env),
  }
}

async function readNotes(file: string): Promise<string> {
  const text = await orFileError(file, () => readFile(file, 'utf8'))
  if (text.length <= longestNotes) return text
  throw usage(
    `${file} has more than ${longestNotes} characters`,
    'GitHub takes no longer notes: shorten them.',
  )
}

async function findRepository(given: string | undefined, apiUrl: string): Promise<Repository> {
  if (given !== undefined) return parseRepository(given, '--repository')
  const variable = process.env['GITHUB_REPOSITORY']
  if (variable) return parseRepository(variable, 'GITHUB_REPOSITORY')
  const found = repositoryOfRemote((await originRemote()) ?? '', apiUrl)
  if (found !== undefined) return found
  throw usage(
    'nothing says which repository the release is for',
    'Name it with --repository OWNER/NAME, and its server with --api-url where that is not github.com.',
  )
}

function usage(message: string, hint: string): PipelineError {
  return new PipelineError('USAGE', message, { hint })
}
