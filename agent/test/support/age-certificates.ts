import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reissue } from '../doubles/x509.ts'
import type { Guest } from './guest.ts'

const day = 24 * 3600_000

/**
 * Has the cluster's authorities sign certificates anew, for the same subjects, that end in some days; negative: that
 * ended some days ago. A name is that of a file below pki without `.crt`, or of a kubeconfig.
 */
export async function ageCertificates(guest: Guest, days: number, names: readonly string[]): Promise<void> {
  const folder = join(guest.root, 'var/lib/kaweezle/kubernetes')
  const validity = {
    notBefore: new Date(Date.now() - 365 * day),
    notAfter: new Date(Date.now() + days * day),
  }
  for (const name of names) {
    const authority = name.startsWith('etcd/') ? 'etcd/ca' : 'ca'
    const read = (path: string) => readFile(join(folder, path), 'utf8')
    const signer = {
      certificate: await read(`pki/${authority}.crt`),
      key: await read(`pki/${authority}.key`),
    }
    if (name.endsWith('.conf')) {
      const text = await read(name)
      const [, known = ''] = /client-certificate-data: (\S+)/.exec(text) ?? []
      const { certificate, key } = reissue(signer, Buffer.from(known, 'base64').toString(), validity)
      const aged = text
        .replace(/(client-certificate-data: )\S+/, `$1${Buffer.from(certificate).toString('base64')}`)
        .replace(/(client-key-data: )\S+/, `$1${Buffer.from(key).toString('base64')}`)
      await writeFile(join(folder, name), aged)
    } else {
      const { certificate, key } = reissue(signer, await read(`pki/${name}.crt`), validity)
      await writeFile(join(folder, `pki/${name}.crt`), certificate)
      await writeFile(join(folder, `pki/${name}.key`), key)
    }
  }
}
