import { z } from 'zod'
import { architectures } from '../architecture.ts'
import { user } from './account.ts'
import { images, kubernetes, manifests } from './cluster.ts'
import { copy, overlay } from './contents.ts'
import { atomOf, packageAtom } from './package-atom.ts'
import { repository } from './repository.ts'
import { accountPath, imagePath, noRepeats, recipeRelativePath } from './vocabulary.ts'

const base = z
  .strictObject({
    release: z
      .string()
      .regex(/^(v\d+\.\d+|latest-stable)$/, "is not a branch such as 'v3.24', nor 'latest-stable'")
      .meta({ title: 'branch of Alpine, or `latest-stable`' })
      .describe(
        'The branch, such as `v3.24`. `latest-stable` is resolved when the lock is written; a build takes what the lock says.',
      ),
    version: z
      .string()
      .regex(/^\d+\.\d+\.\d+$/, "is not an exact version in quotes, such as '3.24.2'")
      .meta({ title: 'exact version: three numbers' })
      .optional()
      .describe(
        'The exact version of the minirootfs. Default: the newest of the branch when the lock is written.',
      ),
  })
  .superRefine(({ release, version }, context) => {
    if (version === undefined || `v${version}`.startsWith(`${release}.`)) return
    context.addIssue({
      code: 'custom',
      path: ['version'],
      message: `is not a version of ${release}`,
      input: version,
    })
  })

const serviceNames = z
  .array(
    z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'is not the name of a file in /etc/init.d')
      .meta({ title: 'name of a file in `/etc/init.d`' }),
  )
  .superRefine(noRepeats((name) => name))
  .default([])

/** The one source of what a recipe may hold: of the parser, of its types and of the editors' JSON schema. */
export const recipeSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'is not a name of lower-case letters, digits and -')
      .meta({ title: 'name of lower-case letters, digits, `-`' })
      .describe('What the root filesystem is called.'),
    architectures: z
      .array(z.enum(architectures))
      .min(1, 'must name an architecture')
      .superRefine(noRepeats((name) => name))
      .describe("What it can be built for, by Alpine's names. `npm run lock` locks all of them."),
    locks: z
      .strictObject({
        packages: recipeRelativePath.describe('The lock of the base and of every package.'),
        images: recipeRelativePath
          .default('images.lock.yaml')
          .describe('The lock of the images, where the recipe has `images`.'),
        manifests: recipeRelativePath
          .default('manifests.lock.yaml')
          .describe("The lock of upstream's manifests, where the recipe has `manifests`."),
      })
      .describe('The files that pin what a build uses. `npm run lock` writes them.'),
    base: base.describe('The Alpine minirootfs that everything is added to.'),
    repositories: z
      .array(repository)
      .min(1, 'must name a repository')
      .superRefine(noRepeats((element) => JSON.stringify(Object.entries(element).toSorted())))
      .describe(
        'Where packages come from: repositories of the Alpine mirror (`name`), or elsewhere (`url`). Of the same version in two of them, the first is taken. They become `/etc/apk/repositories` of the image.',
      ),
    keys: recipeRelativePath
      .optional()
      .describe(
        'A folder of public keys (`*.rsa.pub`) of repositories that the base does not already trust. They also go into `/etc/apk/keys` of the image. Other files in it are not looked at.',
      ),
    packages: z
      .array(packageAtom)
      .superRefine(noRepeats((text) => atomOf(text)?.name))
      .describe(
        'What `apk add` is asked for: a name, a name with a version it must have (`=`, `<`, `>`, `~`), or with the `@tag` of a repository. `~1.36` takes 1.36 and whatever begins with it; `!name` forbids a package.',
      ),
    upgrade: z
      .boolean()
      .default(false)
      .describe(
        "Whether the base's own packages are upgraded to what the repositories have. Locking refuses an upgrade for which `apk` would remove a package of the base.",
      ),
    agent: recipeRelativePath
      .optional()
      .describe(
        'The folder of the agent, which makes a cluster of the root filesystem: the workspace `agent/` of this repository. Its packages are built from source, signed, and installed by `apk` with the others; what they depend on is resolved and locked like `packages`. Default: none.',
      ),
    copies: z
      .array(copy)
      .superRefine(noRepeats(({ to }) => to))
      .default([])
      .describe(
        'Copies of files inside the image, made when the packages are there and the overlay is not yet.',
      ),
    overlay: z
      .array(overlay)
      .default([])
      .describe('Folders whose files are copied into the image, in this order; a later one wins.'),
    links: z
      .record(
        imagePath,
        z
          .string()
          .regex(/^\P{Cc}+$/u, 'is not the target of a link')
          .meta({ title: 'target of a link' }),
      )
      .default({})
      .describe(
        'Symbolic links, from path to target. They are data because not every checkout can hold links.',
      ),
    folders: z
      .array(imagePath)
      .superRefine(noRepeats((path) => path))
      .default([])
      .describe('Empty folders, 0755 root:root. They are data because git keeps none.'),
    services: z
      .strictObject({
        sysinit: serviceNames,
        boot: serviceNames,
        default: serviceNames,
        nonetwork: serviceNames,
        shutdown: serviceNames,
      })
      .prefault({})
      .describe("OpenRC's services by runlevel. Each must be a file in `/etc/init.d`."),
    kubernetes: kubernetes
      .optional()
      .describe(
        'The cluster that kubeadm makes. Its images are then among those of `images`. Default: none.',
      ),
    manifests: manifests
      .optional()
      .describe(
        'What is applied to a new cluster: a kustomization, with manifests of upstream projects. Default: nothing.',
      ),
    images: images
      .optional()
      .describe(
        'The container images that are in the root filesystem before it starts for the first time: those that kubeadm lists, the one that CRI-O is configured for, all that the rendered kustomization names, and `extra`. Default: none.',
      ),
    root: z
      .strictObject({
        shell: accountPath.optional().describe("Root's login shell. Default: the base's."),
      })
      .default({})
      .describe('The user root.'),
    users: z
      .array(user)
      .superRefine(noRepeats(({ name }) => name))
      .superRefine(noRepeats(({ uid }) => uid))
      .default([])
      .describe('Users that are added, with a group of their own and a locked password.'),
    policy: z
      .strictObject({
        setuid: z
          .array(imagePath)
          .superRefine(noRepeats((path) => path))
          .default([])
          .describe('The only files that may be setuid or setgid. Default: none may.'),
      })
      .prefault({})
      .describe('What the finished image is held to, beyond the rules that hold for every image.'),
  })
  .superRefine(({ packages, repositories }, context) => {
    const declared = new Set(repositories.map(({ tag }) => tag))
    for (const [index, text] of packages.entries()) {
      const tag = atomOf(text)?.tag
      if (declared.has(tag) || tag === undefined) continue
      context.addIssue({
        code: 'custom',
        path: ['packages', index],
        message: `uses the tag '${tag}', which no repository declares`,
        input: text,
      })
    }
  })

export type Recipe = z.infer<typeof recipeSchema>
