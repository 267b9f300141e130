import { z } from 'zod'
import { imagePath, mode, owner, recipeRelativePath } from './vocabulary.ts'

const modeOption = mode
  .optional()
  .describe('The permissions, such as `"0755"`. Default: 0644 for files, 0755 for folders.')
const ownerOption = owner
  .optional()
  .describe("Whose it is, by the image's names or by numbers. Default: `root:root`.")

export const copy = z.strictObject({
  from: imagePath.describe('A file that a package or the base brings.'),
  to: imagePath.describe('Where the copy is put.'),
  optional: z.boolean().default(false).describe('Whether the copy is left out where `from` does not exist.'),
  mode: modeOption.describe('The permissions of the copy. Default: those of `from`.'),
  owner: ownerOption.describe('Whose the copy is. Default: that of `from`.'),
})

export const overlay = z.strictObject({
  from: recipeRelativePath.describe(
    'A folder of the host. A path below it is the path in the image. Files become 0644, new folders 0755, all root:root, whatever they are on the host; symbolic links stay links.',
  ),
  entries: z
    .record(imagePath, z.strictObject({ mode: modeOption, owner: ownerOption }))
    .default({})
    .describe(
      'The files and folders of this overlay that have another mode or owner, by their path in the image.',
    ),
})
