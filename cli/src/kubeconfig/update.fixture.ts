/**
 * A kaweezle that only changes a kubeconfig: `put NAME…`, `remove NAME…`, or `churn NAME…`, which does both until
 * it is killed. It looks where KUBECONFIG says.
 */
import { isKaweezleError } from '../errors.ts'
import { aCluster } from './cluster.fixture.ts'
import { putCluster, removeCluster } from './update-kubeconfig.ts'

const [verb, ...names] = process.argv.slice(2)
const options = { environment: process.env, platform: process.platform, patience: 50_000 }
const quiet = { useContext: false, overwrite: false }
try {
  do {
    for (const name of names)
      if (verb !== 'remove') print(await putCluster(named(name), { ...options, ...quiet }))
    for (const name of names) if (verb !== 'put') print(await removeCluster(name, options))
  } while (verb === 'churn')
} catch (error) {
  if (!isKaweezleError(error)) throw error
  print({ code: error.code, message: error.message, hint: error.hint })
  process.exitCode = error.exitStatus
}

function named(name: string) {
  return aCluster({ name, server: `https://${name}:6443` })
}

function print(result: unknown): void {
  console.log(JSON.stringify(result))
}
