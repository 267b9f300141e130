import { type CertificateName, certificateNames, certificates } from '../kubeadm/certificates.ts'
import type { Action } from './action.ts'
import { finishedRecord } from './goal.ts'
import type { CertificateState } from './snapshot.ts'
import { type Part, refuse, type Situation } from './stage.ts'

/** A certificate that ends within this time is renewed: a laptop may be left off for weeks. */
export const renewalTime = 30 * 24 * 3600_000

/** Makes and renews single certificates; authorities, etcd's data and sound certificates stay as they are. */
export const certificatesStage: Part = {
  plan: (situation) => {
    const { snapshot } = situation
    if (finishedRecord(snapshot) === undefined) return []
    const actions = certificateNames.flatMap((name) => planCertificate(name, situation))
    for (const { certificate } of actions) {
      const { authority } = certificates[certificate]
      const state = snapshot.authorities[authority]
      if (state.state === 'present' && state.hasKey) continue
      const message = `the certificate ${certificate} must be made anew, and the key of its authority ${authority} is missing`
      return refuse(
        'REFUSED',
        message,
        `Restore /etc/kubernetes/pki/${authority}.key, or renew the certificate by hand.`,
      )
    }
    const isKeyed = snapshot.serviceAccountKeys === 'present'
    return isKeyed ? actions : [...actions, { kind: 'create-token-keys' }]
  },
}

type CertificateAction = Extract<Action, { kind: 'create-certificate' | 'renew-certificate' }>

function planCertificate(certificate: CertificateName, { snapshot, goal }: Situation): CertificateAction[] {
  const state = snapshot.certificates[certificate]
  if (!isGoodFor(subjectsOf(certificate, goal), state)) return [{ kind: 'create-certificate', certificate }]
  if (state.notAfter - snapshot.now >= renewalTime) return []
  // `kubeadm certs renew` keeps what the certificate is good for.
  return [{ kind: 'renew-certificate', certificate }]
}

function subjectsOf(
  certificate: CertificateName,
  { subjects, record }: Situation['goal'],
): readonly string[] {
  if (certificate === 'apiserver') return subjects
  return certificate === 'etcd/server' || certificate === 'etcd/peer' ? [record.address] : []
}

function isGoodFor(
  subjects: readonly string[],
  state: CertificateState,
): state is Extract<CertificateState, { state: 'present' }> {
  if (state.state !== 'present' || !state.isSound) return false
  return subjects.every((subject) => state.subjects.includes(subject))
}
