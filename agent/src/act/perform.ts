import type { Action } from '../plan/action.ts'
import { applyBase } from './apply-base.ts'
import { awaitApi, awaitNode } from './await-cluster.ts'
import { awaitRuntime } from './await-runtime.ts'
import { awaitWorkloads } from './await-workloads.ts'
import { cleanCluster } from './clean-cluster.ts'
import { publishServer, updateProxy } from './cluster-objects.ts'
import type { ActContext } from './context.ts'
import { delegateCgroups } from './delegate-cgroups.ts'
import { pointKubeconfigFile, writeConfiguration, writeNodeAddress, writeRecord } from './files-of-cluster.ts'
import * as host from './host-settings.ts'
import { init, upgrade } from './init.ts'
import * as kubeadm from './kubeadm.ts'
import { linkData } from './link-data.ts'
import { restartComponent } from './restart-component.ts'
import { writeRootKubeconfig } from './root-kubeconfig.ts'
import * as services from './services.ts'

/**
 * Does one action. It can be done twice, and after a run that was killed in the middle of it.
 * @throws AgentError `COMMAND_FAILED`, `HOST_UNFIT`, `API_FAILED`, `FILE_FAILED`, `DISK_FULL`; `TIMED_OUT` at the
 *   deadline; `INTERRUPTED`
 */
export async function perform(action: Action, context: ActContext): Promise<void> {
  switch (action.kind) {
    case 'load-module':
      return host.loadModule(context, action.name)
    case 'write-sysctl':
      return host.writeSysctl(context, action.path, action.value)
    case 'share-mounts':
      return host.shareMounts(context)
    case 'mount-cgroups':
      return host.mountCgroups(context)
    case 'delegate-cgroups':
      return delegateCgroups(context, action.controllers, action.empties)
    case 'write-machine-id':
      return host.writeMachineId(context)
    case 'set-hostname':
      return host.setHostname(context, action.name)
    case 'write-hosts':
      return host.writeHosts(context, action.lines)
    case 'add-address':
      return host.addAddress(context, action.address, action.interface)
    case 'link-data':
      return linkData(context, action.path)
    case 'boot-openrc':
      return services.bootOpenrc(context)
    case 'enable-service':
      return services.enableService(context, action.service)
    case 'zap-service':
      return services.zapService(context, action.service)
    case 'start-service':
      return services.startService(context, action.service)
    case 'restart-service':
      return services.restartService(context, action.service)
    case 'stop-service':
      return services.stopService(context, action.service)
    case 'await-runtime':
      return awaitRuntime(context)
    case 'write-configuration':
      return writeConfiguration(context, action.text)
    case 'clean-cluster':
      return cleanCluster(context, action.keepsData)
    case 'init':
      return init(context, action.record, action.keepsData)
    case 'write-record':
      return writeRecord(context, action.record)
    case 'create-certificate':
      return kubeadm.createCertificate(context, action.certificate)
    case 'renew-certificate':
      return kubeadm.renewCertificate(context, action.certificate)
    case 'create-token-keys':
      return kubeadm.createTokenKeys(context)
    case 'create-kubeconfig':
      return kubeadm.createKubeconfig(context, action.kubeconfig)
    case 'renew-kubeconfig':
      return kubeadm.renewKubeconfig(context, action.kubeconfig)
    case 'point-kubeconfig':
      return pointKubeconfigFile(context, action.kubeconfig, action.server)
    case 'write-manifest':
      return kubeadm.writeManifest(context, action.component)
    case 'write-node-address':
      return writeNodeAddress(context, action.address)
    case 'configure-kubelet':
      return kubeadm.configureKubelet(context)
    case 'restart-component':
      return restartComponent(context, action.component)
    case 'await-api':
      return awaitApi(context)
    case 'upgrade':
      return upgrade(context, action.record)
    case 'upload-configuration':
      return kubeadm.uploadConfiguration(context)
    case 'publish-server':
      return publishServer(context, action.server)
    case 'update-proxy':
      return updateProxy(context)
    case 'await-node':
      return awaitNode(context, action.node, action.address)
    case 'apply-base':
      return applyBase(context, action.digest)
    case 'await-workloads':
      return awaitWorkloads(context)
    case 'write-root-kubeconfig':
      return writeRootKubeconfig(context, { name: action.name, server: action.server })
    default:
      return unknownAction(action)
  }
}

function unknownAction(action: never): never {
  throw new Error(`nothing is known of the action ${JSON.stringify(action)}`)
}
