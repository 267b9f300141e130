import { PipelineError } from '../errors.ts'
import type { Recipe } from '../recipe/schema.ts'
import { shownPath } from '../render/shown-path.ts'
import type { SourceOptions } from './session.ts'

/** @throws PipelineError `USAGE` when the recipe does not list the architecture that is asked for. */
export function assertMadeFor(
  { architectures }: Recipe,
  { recipe, architecture }: Pick<SourceOptions, 'recipe' | 'architecture'>,
): void {
  if (architectures.includes(architecture)) return
  throw new PipelineError('USAGE', `${shownPath(recipe)} is not made for ${architecture}`, {
    hint: `Use --arch with one of: ${architectures.join(', ')}.`,
  })
}
