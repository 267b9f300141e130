import { z } from 'zod'
import { taggedReference } from '../oci/reference-schema.ts'
import { imagePath, recipeRelativePath } from './vocabulary.ts'

export const kubernetes = z.strictObject({
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, "is not an exact version in quotes, such as '1.36.5'")
    .meta({ title: 'exact version: three numbers' })
    .describe("The version of the control plane's images, for which the locked kubeadm is asked."),
  podNetwork: z
    .string()
    .regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, "is not an IPv4 network such as '10.244.0.0/16'")
    .meta({ title: 'IPv4 network' })
    .default('10.244.0.0/16')
    .describe('The network of the pods: what kubeadm is told and flannel must have.'),
})

const upstreamName = /^[a-z][a-z0-9-]*$/

export const manifests = z.strictObject({
  from: recipeRelativePath.describe('The folder of the base kustomization. All of it goes into the image.'),
  to: imagePath.default('/etc/iknite.d/base').describe('Where the kustomization is in the image.'),
  upstream: z
    .record(
      z
        .string()
        .regex(upstreamName, 'is not a name of lower-case letters, digits and -')
        .meta({ title: 'name of lower-case letters, digits, `-`' }),
      z.strictObject({
        url: z
          .string()
          .regex(/^https?:\/\/[^\s\p{Cc}@?#]+$/u, 'is not an http(s) address without credentials and query')
          .meta({ title: 'http(s) address without credentials and query' })
          .describe('Where upstream publishes it.'),
        tag: z
          .string()
          .regex(/^[\w.+-]+$/, 'is not a tag')
          .meta({ title: 'letters, digits, `_`, `.`, `+`, `-`' })
          .describe('The version of it. Under the same tag, other bytes are refused.'),
      }),
    )
    .default({})
    .describe(
      'Manifests of upstream projects by name. Each is fetched, held against its lock, and put at `upstream/<name>.yaml` beside the kustomization, which lists it as a resource.',
    ),
})

export const preloads = ['containers-storage', 'oci-layout'] as const

export const images = z.strictObject({
  preload: z
    .enum(preloads)
    .default('containers-storage')
    .describe(
      'The form they take. `containers-storage` is an overlay storage at `/var/lib/containers/storage`, which CRI-O and Podman run from as it is; `oci-layout` is an OCI image layout at `/usr/share/kaweezle/images`, smaller and for any runtime, which has to import it.',
    ),
  extra: z
    .array(taggedReference.meta({ title: 'image written in full, with a tag other than `latest`' }))
    .default([])
    .describe('Images besides those that kubeadm lists, CRI-O is configured for and the manifests name.'),
})
