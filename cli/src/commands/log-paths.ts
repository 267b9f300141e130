/** The logs of a cluster, inside: of iknite and of the kubelet. */
export const logPaths = ['/var/log/iknite.log', '/var/log/kubelet/kubelet.log'] as const
