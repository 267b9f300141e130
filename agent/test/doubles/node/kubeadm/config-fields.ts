type Shape = { readonly [field: string]: Shape | true }

const component: Shape = { extraArgs: true, extraVolumes: true, extraEnvs: true }

/** The fields of v1beta4; below `true` anything may be. */
const fields: Readonly<Record<string, Shape>> = {
  InitConfiguration: {
    bootstrapTokens: true,
    certificateKey: true,
    dryRun: true,
    localAPIEndpoint: { advertiseAddress: true, bindPort: true },
    nodeRegistration: {
      criSocket: true,
      ignorePreflightErrors: true,
      imagePullPolicy: true,
      imagePullSerial: true,
      kubeletExtraArgs: true,
      name: true,
      taints: true,
    },
    patches: { directory: true },
    skipPhases: true,
    timeouts: {
      controlPlaneComponentHealthCheck: true,
      discovery: true,
      etcdAPICall: true,
      kubeletHealthCheck: true,
      kubernetesAPICall: true,
      tlsBootstrap: true,
      upgradeManifests: true,
    },
  },
  ClusterConfiguration: {
    apiServer: { ...component, certSANs: true },
    caCertificateValidityPeriod: true,
    certificateValidityPeriod: true,
    certificatesDir: true,
    clusterName: true,
    controlPlaneEndpoint: true,
    controllerManager: component,
    dns: { imageRepository: true, imageTag: true, disabled: true },
    encryptionAlgorithm: true,
    etcd: {
      local: {
        ...component,
        dataDir: true,
        imageRepository: true,
        imageTag: true,
        peerCertSANs: true,
        serverCertSANs: true,
      },
      external: true,
    },
    featureGates: true,
    imageRepository: true,
    kubernetesVersion: true,
    networking: { dnsDomain: true, podSubnet: true, serviceSubnet: true },
    proxy: { disabled: true },
    scheduler: component,
  },
}

/** The paths of fields that strict decoding knows not; documents of other groups are not looked at. */
export function unknownFields(document: { kind: string; [more: string]: unknown }): string[] {
  const { kind, apiVersion: _, ...rest } = document
  const shape = fields[kind]
  return shape === undefined ? [] : below(rest, shape, '')
}

function below(value: unknown, shape: Shape, path: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = shape[name]
    if (known === undefined) return [`${path}${name}`]
    return known === true ? [] : below(inner, known, `${path}${name}.`)
  })
}
