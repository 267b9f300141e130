export const rendererNames = ['auto', 'pretty', 'plain', 'json', 'silent'] as const

export type RendererName = (typeof rendererNames)[number]

/** The renderer that `auto` stands for: a tree on a terminal, plain lines in CI and in pipes. */
export function chooseRenderer(
  asked: RendererName,
  surroundings: { isTerminal: boolean; env: NodeJS.ProcessEnv },
): Exclude<RendererName, 'auto'> {
  if (asked !== 'auto') return asked
  const { isTerminal, env } = surroundings
  const inCi = !['', '0', 'false'].includes(env['CI'] ?? '')
  return isTerminal && !inCi && env['TERM'] !== 'dumb' ? 'pretty' : 'plain'
}
