import { execa } from 'execa'

/** Asks Git about the folder that this runs in; undefined where it has no answer, or is not there. */
async function askGit(args: readonly string[]): Promise<string | undefined> {
  const { stdout, failed } = await execa('git', args, { reject: false, timeout: 10_000, stdin: 'ignore' })
  const text = String(stdout ?? '').trim()
  return failed || text === '' ? undefined : text
}

/** The address of the remote called origin. */
export function originRemote(): Promise<string | undefined> {
  return askGit(['remote', 'get-url', 'origin'])
}

/** The commit that is checked out. */
export function headCommit(): Promise<string | undefined> {
  return askGit(['rev-parse', '--verify', 'HEAD'])
}
