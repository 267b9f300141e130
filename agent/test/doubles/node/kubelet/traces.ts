import { execFile } from 'node:child_process'

import { promisify } from 'node:util'
import type { KubeObject } from '../../control-plane/objects.ts'
import { log, messageOf } from '../../control-plane/running.ts'
import { uidOf } from './pod-names.ts'
import type { Settings } from './settings.ts'

const run = promisify(execFile)
const podsFolder = '/var/lib/kubelet/pods'

let traced = false

/** The chains of the kubelet itself. */
export async function hostTraces(): Promise<void> {
  if (traced) return
  traced = true
  await shell(`
    for tables in mangle nat filter; do
      iptables -t $tables -N KUBE-KUBELET-CANARY; ip6tables -t $tables -N KUBE-KUBELET-CANARY
    done
    iptables -N KUBE-FIREWALL && iptables -I INPUT -j KUBE-FIREWALL && iptables -I OUTPUT -j KUBE-FIREWALL
    true
  `)
}

/** The mounts of a pod's volumes. */
export async function mountVolumes(pod: KubeObject): Promise<void> {
  const folder = `${podsFolder}/${uidOf(pod)}/volumes/kubernetes.io~projected/kube-api-access-x`
  await shell(`mkdir -p ${folder} && mount -t tmpfs -o size=1m tmpfs ${folder}`)
}

export async function removeVolumes(uid: string): Promise<void> {
  if (uid === '') return
  await shell(`
    grep -o ' ${podsFolder}/${uid}/[^ ]*' /proc/self/mounts | sort -r | xargs -r umount
    rm -rf ${podsFolder}/${uid}
  `)
}

/** What the programs of some containers do on the host. */
export async function afterStart(pod: KubeObject, container: string, settings: Settings): Promise<void> {
  if (container === 'kube-flannel') await flannel(pod, settings)
  if (container === 'kube-proxy')
    await shell(`
      for chain in KUBE-SERVICES KUBE-POSTROUTING KUBE-MARK-MASQ KUBE-NODEPORTS; do iptables -t nat -N $chain; done
      for chain in KUBE-SERVICES KUBE-FORWARD KUBE-EXTERNAL-SERVICES KUBE-PROXY-FIREWALL; do iptables -N $chain; done
      iptables -t nat -C PREROUTING -j KUBE-SERVICES || iptables -t nat -I PREROUTING -j KUBE-SERVICES
      iptables -C FORWARD -j KUBE-FORWARD || iptables -I FORWARD -j KUBE-FORWARD
      true
    `)
}

/** The init container's conflist, the link of the overlay network and the chains. */
async function flannel(_pod: KubeObject, { nodeAddress }: Settings): Promise<void> {
  await shell(`
    mkdir -p /etc/cni/net.d /run/flannel
    cat >/etc/cni/net.d/.10-flannel.conflist <<'END'
{
  "name": "cbr0",
  "cniVersion": "0.3.1",
  "plugins": [
    { "type": "flannel", "delegate": { "hairpinMode": true, "isDefaultGateway": true } },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
END
    mv /etc/cni/net.d/.10-flannel.conflist /etc/cni/net.d/10-flannel.conflist
    printf 'FLANNEL_NETWORK=10.244.0.0/16\\nFLANNEL_SUBNET=10.244.0.1/24\\nFLANNEL_MTU=1450\\nFLANNEL_IPMASQ=true\\n' >/run/flannel/subnet.env
    if [ ! -e /sys/class/net/flannel.1 ]; then
      ip link add flannel.1 type vxlan id 1 ${nodeAddress === '' ? '' : `local ${nodeAddress}`} dstport 8472 nolearning
      ip address add 10.244.0.0/32 dev flannel.1
      ip link set flannel.1 up
    fi
    iptables -N FLANNEL-FWD && iptables -A FORWARD -j FLANNEL-FWD
    iptables -t nat -N FLANNEL-POSTRTG && iptables -t nat -A POSTROUTING -j FLANNEL-POSTRTG
    true
  `)
}

async function shell(script: string): Promise<void> {
  try {
    await run('/bin/sh', ['-c', script])
  } catch (error) {
    log('W', messageOf(error))
  }
}
