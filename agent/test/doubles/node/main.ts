import { messageOf } from '../control-plane/running.ts'

type Program = (argv: string[]) => Promise<number>

/** Loaded when they are called, so that the others do not pay for them. */
const programs: Readonly<Record<string, () => Promise<Program>>> = {
  kubeadm: async () => (await import('./kubeadm/main.ts')).main,
  kubelet: async () => (await import('./kubelet/main.ts')).main,
  crio: async () => (await import('./runtime/crio.ts')).main,
  crictl: async () => (await import('./runtime/crictl.ts')).main,
  etcd: async () => (await import('../control-plane/etcd.ts')).main,
  'kube-apiserver': async () => (await import('../control-plane/kube-apiserver.ts')).main,
  'kube-controller-manager': async () => (await import('../control-plane/kube-controller-manager.ts')).main,
  'kube-scheduler': async () => (await import('../control-plane/kube-scheduler.ts')).main,
}

/** `doubles.cjs PROGRAM ARGUMENT…` */
async function run([name = '', ...argv]: string[]): Promise<number> {
  const load = programs[name]
  if (load === undefined) throw new Error(`there is no double of ${name}`)
  return (await load())(argv)
}

run(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : messageOf(error)}\n`)
    process.exit(1)
  },
)
