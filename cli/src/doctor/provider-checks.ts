import type { Check } from './scene.ts'

/** Whether the provider of the cluster answers. */
export const checkProvider: Check = async (scene) => {
  const { provider, availability } = await scene.provider()
  const name = `provider ${provider.name}`
  if (availability.isUsable) return [{ name, verdict: 'pass', message: availability.detail }]
  return [{ name, verdict: 'fail', message: availability.reason, hint: availability.hint }]
}

/** What the provider finds of itself. */
export const examineProvider: Check = async ({ seen, settings }) =>
  (await (await seen.provider())?.examine(settings.name)) ?? []
