import { PipelineError } from '../pipeline/src/errors.ts'
import { tellChapters } from './chapters.ts'
import { createNarrator } from './narrator.ts'
import type { DemoOptions } from './options.ts'
import { openPlace } from './place.ts'
import { chooseProvider } from './prerequisites.ts'
import { remainsOf } from './remains.ts'
import { removeCluster } from './remove-cluster.ts'
import { openScene } from './scene.ts'
import { createStage } from './stage.ts'
import { whatWasReal } from './what-was-real.ts'

/**
 * Tells all of it. Whatever happens, what was made is removed in the end, and that is looked at.
 * @throws PipelineError of what failed; `COMMAND_FAILED` where something is left
 */
export async function tellStory(options: DemoOptions, signal: AbortSignal): Promise<void> {
  const provider = await chooseProvider(options)
  const place = await openPlace()
  const shown = new Map([[place.folder, '$DEMO']])
  const narrator = createNarrator((text) => void process.stdout.write(text), shown)
  const stage = createStage(place, narrator, signal)
  const remains: string[] = []
  let real: readonly string[] = []
  try {
    narrator.title(
      'Kaweezle: from packages to a cluster, to the next release and back, on this machine alone',
    )
    narrator.say('All files of it are in one temporary folder, $DEMO, until the end.')
    await using scene = await openScene(stage, { ...options, provider })
    shown.set(scene.sources.flags.join(' '), '$SOURCES').set(scene.github.token, '$TOKEN')
    real = whatWasReal(scene)
    try {
      await tellChapters(scene)
    } finally {
      remains.push(...(await removeCluster(scene)))
    }
  } finally {
    await place[Symbol.asyncDispose]()
    remains.push(...(await remainsOf(place.folder)))
    const nothing = 'Nothing is left: no file, no process, no mount, nothing in Docker or WSL.'
    narrator.say(...(remains.length === 0 ? [nothing] : remains.map((one) => `Left: ${one}`)))
  }
  if (remains.length > 0)
    throw new PipelineError('COMMAND_FAILED', 'not everything of the demo could be removed', {
      hint: 'Remove what is named above.',
    })
  narrator.end()
  narrator.say(...real)
}
