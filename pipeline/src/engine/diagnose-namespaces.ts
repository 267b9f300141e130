import { PipelineError } from '../errors.ts'

/** What was found out on a machine where the namespace engine does not work. */
export type NamespaceFacts =
  | { readonly problem: 'platform' }
  | { readonly problem: 'tools'; readonly missing: readonly string[] }
  | {
      readonly problem: 'refused'
      readonly root: boolean
      /** What the program said that was refused. */
      readonly reason: string
      /** Values below /proc/sys, '' where the kernel has no such setting. */
      readonly settings: ReadonlyMap<string, string>
      readonly subordinateIds: boolean
    }

const elsewhere = 'run with sudo, or use --engine docker.'

/** The `ENGINE_UNAVAILABLE` that says what is wrong and what to do. */
export function diagnoseNamespaces(facts: NamespaceFacts): PipelineError {
  switch (facts.problem) {
    case 'platform':
      return unavailable('The namespace engine needs Linux', 'Install Docker and use --engine docker.')
    case 'tools':
      return unavailable(
        `The namespace engine lacks programs: ${facts.missing.join(', ')}`,
        'Install them: `apt-get install util-linux mount hostname tar gzip uidmap` on Debian and Ubuntu, ' +
          '`dnf install util-linux hostname tar gzip shadow-utils` on Fedora, ' +
          '`apk add util-linux-misc setpriv tar shadow-subids` on Alpine.',
      )
    case 'refused':
      return facts.root ? refusedToRoot(facts.reason) : refusedToUser(facts)
  }
}

function refusedToRoot(reason: string): PipelineError {
  return unavailable(
    `This machine allows no namespaces, even to root: ${reason}`,
    'Run outside of this container, give it CAP_SYS_ADMIN without AppArmor confinement, or use --engine docker.',
  )
}

function refusedToUser(facts: Extract<NamespaceFacts, { problem: 'refused' }>): PipelineError {
  const { settings, subordinateIds, reason } = facts
  const off = (name: string, value: string, wanted: string) =>
    settings.get(name) === value
      ? unavailable(
          `This machine allows users no namespaces: ${name.replace('/', '.')} is ${value}`,
          `Set it with \`sudo sysctl -w ${name.replace('/', '.')}=${wanted}\`, ${elsewhere}`,
        )
      : undefined
  return (
    off('kernel/unprivileged_userns_clone', '0', '1') ??
    off('user/max_user_namespaces', '0', '15000') ??
    off('kernel/apparmor_restrict_unprivileged_userns', '1', '0') ??
    (subordinateIds ? undefined : withoutIds()) ??
    unavailable(
      `This machine allows this user no namespaces: ${reason}`,
      `Install util-linux 2.38 or later, ${elsewhere}`,
    )
  )
}

function withoutIds(): PipelineError {
  return unavailable(
    'This user has no subordinate ids in /etc/subuid',
    `Add some with \`sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER\`, ${elsewhere}`,
  )
}

function unavailable(message: string, hint: string): PipelineError {
  return new PipelineError('ENGINE_UNAVAILABLE', message, { hint })
}
