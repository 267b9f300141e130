/** The outcome of a step whose result is in the finished files already. */
export const outputStands = { skipped: 'the finished files stand' } as const

/** The outcome of a step whose result is in the installed packages of an earlier build. */
export const packagesStand = { skipped: 'installed by an earlier build' } as const
