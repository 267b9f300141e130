import type { z } from 'zod'
import type { recipeSchema } from './schema.ts'

/** A value of each key, as people write it: for editors, and for the reference. */
export const recipeExamples: Required<z.input<typeof recipeSchema>> = {
  name: 'minimal',
  architectures: ['x86_64', 'aarch64'],
  locks: {
    packages: '../packages.lock.yaml',
    images: '../images.lock.yaml',
    manifests: '../manifests.lock.yaml',
  },
  base: { release: 'v3.24', version: '3.24.2' },
  repositories: [
    { name: 'main' },
    { name: 'community' },
    { name: 'community', release: 'edge', tag: 'edge' },
    { url: 'https://packages.example.org/apk' },
  ],
  keys: 'keys',
  packages: ['openrc', 'kubelet~1.36', 'oh-my-zsh@edge'],
  upgrade: true,
  agent: '../agent',
  copies: [
    { from: '/etc/rc.conf', to: '/etc/rc.conf.orig' },
    { from: '/etc/motd', to: '/etc/motd.orig', mode: '0600', owner: 'root:root', optional: true },
  ],
  overlay: [
    { from: 'overlay-openrc' },
    {
      from: 'overlay',
      entries: {
        '/usr/local/bin/hello': { mode: '0755' },
        '/var/lib/hello': { owner: 'hello:hello', mode: '0700' },
      },
    },
  ],
  links: { '/etc/localtime': '/usr/share/zoneinfo/UTC' },
  folders: ['/run/openrc/exclusive'],
  services: { default: ['sshd'] },
  kubernetes: { version: '1.36.5' },
  manifests: {
    from: 'manifests',
    upstream: {
      flannel: {
        url: 'https://raw.githubusercontent.com/flannel-io/flannel/v0.28.9/Documentation/kube-flannel.yml',
        tag: 'v0.28.9',
      },
    },
  },
  images: { preload: 'containers-storage', extra: ['docker.io/library/busybox:1.38.0'] },
  root: { shell: '/bin/zsh' },
  users: [{ name: 'hello', uid: 1000, groups: ['wheel'] }],
  policy: { setuid: ['/bin/bbsuid'] },
}
