import type { Run } from './command.ts'

/** `kaweezle __complete names`, for the scripts of `completion` */
export const complete: Run = async ({ world }) => {
  const names = await world.store.names()
  return { text: names.map((name) => `${name}\n`).join(''), document: { names } }
}
