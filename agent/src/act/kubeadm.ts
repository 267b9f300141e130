import { type CertificateName, certificates, type KubeconfigName } from '../kubeadm/certificates.ts'
import { type Component, manifestPhase } from '../kubeadm/components.ts'
import { configurationPath, kubernetesFolder, pkiFolder } from '../kubeadm/paths.ts'
import type { ActContext } from './context.ts'
import { runProgram } from './run-program.ts'

const program = '/usr/bin/kubeadm'
const withConfiguration = ['--config', configurationPath] as const

/**
 * Runs kubeadm; the lines that open its phases are shown.
 * @param limit milliseconds
 */
export async function kubeadm(context: ActContext, words: readonly string[], limit = 120_000): Promise<void> {
  await runProgram(context, [program, ...words], {
    limit,
    shows: (line) => /^\[[a-z][\w/-]*\] /.test(line),
    hint: 'Look at /var/log/kubelet/kubelet.log and at the logs below /var/log/pods.',
  })
}

async function phase(context: ActContext, ...words: readonly string[]): Promise<void> {
  await kubeadm(context, ['init', 'phase', ...words, ...withConfiguration])
}

/** Makes a certificate and its key anew: kubeadm leaves alone what is there, sound or not. */
export async function createCertificate(context: ActContext, name: CertificateName): Promise<void> {
  for (const extension of ['crt', 'key']) await context.host.files.remove(`${pkiFolder}/${name}.${extension}`)
  await phase(context, 'certs', certificates[name].phase)
}

/** A certificate with the names and addresses of the one before. */
export async function renewCertificate(context: ActContext, name: CertificateName): Promise<void> {
  await kubeadm(context, ['certs', 'renew', certificates[name].phase, ...withConfiguration])
}

export async function createTokenKeys(context: ActContext): Promise<void> {
  for (const extension of ['key', 'pub']) await context.host.files.remove(`${pkiFolder}/sa.${extension}`)
  await phase(context, 'certs', 'sa')
}

export async function createKubeconfig(context: ActContext, name: KubeconfigName): Promise<void> {
  await context.host.files.remove(`${kubernetesFolder}/${name}.conf`)
  await phase(context, 'kubeconfig', name)
}

/** The kubelet renews its own certificate; where that has failed, only a new kubeconfig helps. */
export async function renewKubeconfig(context: ActContext, name: KubeconfigName): Promise<void> {
  if (name === 'kubelet') return createKubeconfig(context, name)
  await kubeadm(context, ['certs', 'renew', `${name}.conf`, ...withConfiguration])
}

export async function writeManifest(context: ActContext, component: Component): Promise<void> {
  await phase(context, ...manifestPhase[component])
}

/** Writes the kubelet's configuration and starts it. */
export async function configureKubelet(context: ActContext): Promise<void> {
  await phase(context, 'kubelet-start')
}

export async function uploadConfiguration(context: ActContext): Promise<void> {
  await phase(context, 'upload-config', 'all')
}

export async function installProxy(context: ActContext): Promise<void> {
  await phase(context, 'addon', 'kube-proxy')
}
