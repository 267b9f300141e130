/** All state that must outlive the root filesystem. */
export const dataFolder = '/var/lib/kaweezle'

/** On a machine whose data folder the host mounts, since it was first mounted: `<cluster> <root filesystem>`. */
export const machineMarkPath = '/etc/kaweezle-machine'

export const kubernetesFolder = '/etc/kubernetes'
export const pkiFolder = `${kubernetesFolder}/pki`
export const manifestsFolder = `${kubernetesFolder}/manifests`
export const etcdFolder = `${dataFolder}/etcd`

/** What is in the data folder under another path, by the path that programs know. */
export const dataLinks = {
  [kubernetesFolder]: `${dataFolder}/kubernetes`,
} as const

/** What the agent itself keeps of the cluster. */
export const recordPath = `${dataFolder}/iknite/cluster.json`
/** That `kubeadm init` has begun; gone when it has ended. */
export const journalPath = `${dataFolder}/iknite/init.json`
export const configurationPath = `${dataFolder}/iknite/kubeadm.yaml`

export const kubeletFolder = '/var/lib/kubelet'
export const kubeletConfigPath = `${kubeletFolder}/config.yaml`
export const kubeletFlagsPath = `${kubeletFolder}/kubeadm-flags.env`

export const rootKubeconfigPath = '/root/.kube/config'
export const runtimeSocket = '/run/crio/crio.sock'
export const statusPath = '/run/iknite/status.json'

/** Where the agent writes files. */
export const foldersOfFiles = [
  '/etc',
  kubernetesFolder,
  kubeletFolder,
  `${dataFolder}/iknite`,
  '/root/.kube',
  '/run/iknite',
] as const
