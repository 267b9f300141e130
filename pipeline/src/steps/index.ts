import type { ListrTask } from 'listr2'
import { agent } from './agent.ts'
import { base } from './base.ts'
import type { Build } from './build.ts'
import { describe } from './describe.ts'
import { fetch } from './fetch.ts'
import { images } from './images.ts'
import { locks } from './locks.ts'
import { manifests } from './manifests.ts'
import { normalise } from './normalise.ts'
import { overlay } from './overlay.ts'
import { pack } from './pack.ts'
import { packages } from './packages.ts'
import { recipe } from './recipe.ts'
import { services } from './services.ts'
import { verify } from './verify.ts'

/** The steps of a build, in order. */
export const buildSteps: readonly ListrTask<Build>[] = [
  recipe,
  agent,
  locks,
  fetch,
  base,
  packages,
  overlay,
  services,
  manifests,
  images,
  normalise,
  verify,
  pack,
  describe,
]
