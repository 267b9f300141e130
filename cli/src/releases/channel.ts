import semver from 'semver'

/** The releases that a channel takes: those of its own kind and all that are riper. */
export const channels = ['stable', 'rc', 'beta', 'alpha'] as const

export type Channel = (typeof channels)[number]

export function isChannel(text: string): text is Channel {
  return (channels as readonly string[]).includes(text)
}

/**
 * The newest of `items` that a channel takes, by the semantic version that `versionOf` gives; undefined where there
 * is none. What has no semantic version is in no channel.
 */
export function newestInChannel<Item>(
  items: readonly Item[],
  channel: Channel,
  versionOf: (item: Item) => string,
): Item | undefined {
  const taken = channels.slice(0, channels.indexOf(channel) + 1)
  return items
    .map((item) => ({ item, version: semver.parse(versionOf(item)) }))
    .filter(({ version }) => version !== null && taken.some((one) => one === channelOf(version)))
    .reduce<{ item: Item; version: semver.SemVer | null } | undefined>(
      (best, one) => (best?.version && one.version && best.version.compare(one.version) >= 0 ? best : one),
      undefined,
    )?.item
}

/** `1.2.0-beta.3` is of `beta`; `1.2.0-dev` is of none. */
function channelOf({ prerelease }: semver.SemVer): string {
  return prerelease.length === 0 ? 'stable' : String(prerelease[0])
}
