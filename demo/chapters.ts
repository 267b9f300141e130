import { join } from 'node:path'
import { build, lock, release } from './build-release.ts'
import { editions } from './editions.ts'
import { installPrograms } from './install-programs.ts'
import { makeKeys } from './make-keys.ts'
import type { Scene } from './scene.ts'

const [first, second] = editions

/** Of a download it is enough that it is done. */
const isNoProgress = (line: string) => !/^ {2}[\d.]+ \w+ of /.test(line)

/** From the first build to the rollback. */
export async function tellChapters(scene: Scene): Promise<void> {
  const { stage, sources, host, github, cluster, apiPort } = scene
  const { narrator, place } = stage
  const kaweezle = (...words: string[]) => stage.run(['kaweezle', ...words], { shows: isNoProgress })
  const kubectl = (...words: string[]) => stage.run(['kubectl', '--context', cluster, ...words])
  const note = () => kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data.text}{"\\n"}')

  narrator.chapter(
    `Build: Kubernetes ${first.kubernetes}`,
    "The project's own recipe, changed to what this mirror has. Nothing inside has a network: apk installs what was fetched and verified.",
  )
  await sources.write(first)
  await build(stage, scene, first)

  narrator.chapter(
    `Release ${first.version}`,
    'To a draft, file by file, read back and compared, then published; the list of digests is signed with a minisign key of this demo.',
  )
  const key = join(place.folder, 'release.key')
  const publicKey = await makeKeys(key)
  await release(stage, { github, key }, first)

  narrator.chapter(
    'Install',
    'The command finds the latest release at GitHub, and verifies signature and digest before anything is unpacked.',
  )
  await installPrograms(place)
  stage.set({
    KAWEEZLE_GITHUB_API: github.apiUrl,
    KAWEEZLE_PUBLIC_KEY: publicKey,
    KAWEEZLE_NAME: cluster,
    KAWEEZLE_HOME: join(place.folder, 'home'),
    KAWEEZLE_API_PORT: String(apiPort),
    KUBECONFIG: join(place.folder, 'kubeconfig'),
    ...host.environment,
  })
  await kaweezle('install')

  narrator.chapter(
    'Start',
    'iknite, inside, makes a ready cluster of it; a context in the kubeconfig leads there.',
  )
  await kaweezle('start')
  await kaweezle('status')
  await kaweezle('exec', 'kubectl', 'get', 'nodes')
  narrator.say('And from this machine, with something of the user that is to outlive what comes:')
  await kubectl('get', 'pods', '--all-namespaces')
  await kubectl('create', 'configmap', 'note', '--from-literal=text=mine')

  narrator.chapter(
    `A newer Kubernetes: ${second.kubernetes}`,
    `The recipe asks for kubelet and kubeadm ${second.packages}. Locking says what moves; then it is built and released as before.`,
  )
  await sources.write(second)
  await lock(stage, scene)
  await build(stage, scene, second)
  await release(stage, { github, key }, second)

  narrator.chapter('Update', 'The cluster is taken to the latest release, with its data.')
  await kaweezle('update')
  await kaweezle('exec', 'kubectl', 'get', 'nodes')
  await note()

  narrator.chapter('Roll back', 'To the release before, and to the data of then.')
  await kaweezle('rollback')
  await kaweezle('exec', 'kubectl', 'get', 'nodes')
  await note()
}
