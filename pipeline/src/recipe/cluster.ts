import { z } from 'zod'
import { taggedReference } from '../oci/reference-schema.ts'
import { imagePath, recipeRelativePath } from './vocabulary.ts'

export const kubernetes = z.strictObject({
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, "is not an exact version in quotes, such as '1.36.5'")
    .describe('The version of the control plane’s images.'),
  podNetwork: z
    .string()
    .regex(/^\d+\.\d+\.\d+\.\d+\/\d+$/, "is not an IPv4 network such as '10.244.0.0/16'")
    .default('10.244.0.0/16')
    .describe('The network of the pods: what kubeadm is told and flannel must have.'),
})

const upstreamName = /^[a-z][a-z0-9-]*$/

export const manifests = z.strictObject({
  from: recipeRelativePath.describe(
    'The folder of the base kustomization, relative to the recipe. All of it goes into the image.',
  ),
  to: imagePath.default('/etc/iknite.d/base').describe('Where the kustomization is in the image.'),
  upstream: z
    .record(
      z.string().regex(upstreamName, 'is not a name of lower-case letters, digits and -'),
      z.strictObject({
        url: z
          .string()
          .regex(/^https?:\/\/[^\s\p{Cc}@?#]+$/u, 'is not an http(s) address without credentials and query')
          .describe('Where upstream publishes it.'),
        tag: z
          .string()
          .regex(/^[\w.+-]+$/, 'is not a tag')
          .describe('The version of it. Under the same tag, other bytes are refused.'),
      }),
    )
    .default({})
    .describe(
      'Manifests of upstream projects by name. Each is put at `upstream/<name>.yaml` beside the kustomization, which lists it as a resource.',
    ),
})

export const preloads = ['containers-storage', 'oci-layout'] as const

export const images = z.strictObject({
  preload: z
    .enum(preloads)
    .default('containers-storage')
    .describe(
      'The form images are put into the image in: a container storage at /var/lib/containers/storage, which CRI-O and Podman run from, or an OCI layout at /usr/share/kaweezle/images, to be imported by other runtimes.',
    ),
  extra: z
    .array(taggedReference)
    .default([])
    .describe('Images besides those of Kubernetes and of the manifests, written in full and with a tag.'),
})
