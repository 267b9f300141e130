import type { Published } from './published.ts'

export const published: Published = {
  version: '1.2.3-rc.1',
  description: 'Installs clusters',
  repository: 'some/fork',
  tag: 'v1.2.3-rc.1',
  zip: { name: 'kaweezle-windows-x64.zip', sha256: '0123456789abcdef'.repeat(4) },
}
