import { services, testSituations } from './situation.fixture.ts'
import { converged, day, fresh, now } from './snapshot.fixture.ts'

testSituations([
  // Services.
  {
    title: 'services in no runlevel',
    seen: { ...converged, openrc: { isBooted: true, enabled: [] } },
    plan: ['enable-service crio', 'enable-service kubelet'],
  },
  {
    title: 'OpenRC not booted',
    seen: { ...converged, openrc: { isBooted: false, enabled: ['crio', 'kubelet'] } },
    plan: ['boot-openrc'],
  },
  {
    title: 'a runtime that is stopped',
    seen: services({ crio: fresh.services.crio }, { ...converged, runtime: { state: 'down' } }),
    plan: ['start-service crio', 'await-runtime'],
  },
  {
    title: 'a runtime that was killed',
    seen: services(
      { crio: { noted: 'started', isInstalled: true, process: undefined } },
      { ...converged, runtime: { state: 'down' } },
    ),
    plan: ['zap-service crio', 'start-service crio', 'await-runtime'],
  },
  {
    title: 'a runtime that another run is starting',
    seen: services(
      { crio: { noted: 'changing', isInstalled: true, process: undefined } },
      { ...converged, runtime: { state: 'down' } },
    ),
    plan: ['await-runtime'],
  },
  {
    title: 'a runtime without a network yet',
    seen: { ...converged, runtime: { state: 'starting', reason: 'no CNI configuration' } },
    plan: ['await-runtime'],
  },
  {
    title: 'a kubelet that is stopped',
    seen: services({ kubelet: fresh.services.kubelet }),
    plan: ['start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that was killed, with its pid file left',
    seen: services({ kubelet: { noted: 'started', isInstalled: true, process: undefined } }),
    plan: ['zap-service kubelet', 'start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that failed',
    seen: services({ kubelet: { noted: 'failed', isInstalled: true, process: undefined } }),
    plan: ['zap-service kubelet', 'start-service kubelet', 'await-api'],
  },
  {
    title: 'a kubelet of a root filesystem that was exchanged',
    seen: { ...services({ kubelet: fresh.services.kubelet }), kubelet: fresh.kubelet },
    plan: ['configure-kubelet', 'await-api'],
  },
  {
    title: 'a damaged configuration of the kubelet',
    seen: { ...converged, kubelet: { ...converged.kubelet, configuration: 'unreadable' } },
    plan: ['configure-kubelet', 'await-api'],
  },
  {
    title: 'a kubelet that is older than its configuration',
    seen: { ...converged, kubelet: { ...converged.kubelet, modifiedAt: now - 60_000 } },
    plan: ['restart-service kubelet', 'await-api'],
  },
  {
    title: 'a configuration from the future',
    seen: { ...converged, kubelet: { ...converged.kubelet, modifiedAt: now + day } },
    plan: [],
  },

  // No cluster yet.
  {
    title: 'a prepared host',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      openrc: converged.openrc,
      services: { ...converged.services, kubelet: fresh.services.kubelet },
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: ['write-configuration', 'init'],
  },
  {
    title: 'a prepared host whose kubelet runs for nothing',
    seen: {
      ...fresh,
      host: converged.host,
      network: converged.network,
      openrc: converged.openrc,
      services: converged.services,
      runtime: { state: 'ready' },
      data: { ...fresh.data, links: converged.data.links },
    },
    settings: { name: 'kwsl' },
    plan: ['write-configuration', 'stop-service kubelet', 'init'],
  },
])
