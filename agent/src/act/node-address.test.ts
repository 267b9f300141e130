import { expect, it } from 'vitest'
import { withNodeAddress } from './node-address.ts'

const rows = [
  ['', 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.2"\n'],
  ['KUBELET_KUBEADM_ARGS=""\n', 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.2"\n'],
  [
    'KUBELET_KUBEADM_ARGS="--a=1 --node-ip=10.0.0.1 --b=2"\n',
    'KUBELET_KUBEADM_ARGS="--a=1 --b=2 --node-ip=10.0.0.2"\n',
  ],
  ['KUBELET_KUBEADM_ARGS="--node-ip 10.0.0.1 --b=2"', 'KUBELET_KUBEADM_ARGS="--b=2 --node-ip=10.0.0.2"'],
  ["KUBELET_KUBEADM_ARGS='--b=2'\n", 'KUBELET_KUBEADM_ARGS="--b=2 --node-ip=10.0.0.2"\n'],
  ['KUBELET_KUBEADM_ARGS=--b=2\n', 'KUBELET_KUBEADM_ARGS="--b=2 --node-ip=10.0.0.2"\n'],
  ['X=1\n', 'X=1\nKUBELET_KUBEADM_ARGS="--node-ip=10.0.0.2"\n'],
  ['X=1', 'X=1\nKUBELET_KUBEADM_ARGS="--node-ip=10.0.0.2"\n'],
  [
    'X=1\nKUBELET_KUBEADM_ARGS="--b=$2"\nY=2\n',
    'X=1\nKUBELET_KUBEADM_ARGS="--b=$2 --node-ip=10.0.0.2"\nY=2\n',
  ],
] as const

for (const [text, expected] of rows) {
  it(`${JSON.stringify(text)} has the address once, however often it is written`, () => {
    expect(withNodeAddress(text, '10.0.0.2')).toBe(expected)
    expect(withNodeAddress(expected, '10.0.0.2')).toBe(expected)
  })
}
