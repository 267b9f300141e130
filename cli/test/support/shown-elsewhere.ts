/**
 * The shown commands that other files run, which take longer or need more than a checkout: by file, with where in it
 * that is seen.
 */
export const runElsewhere: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '.ci/run': {
    'npm ci': '\nnpm ci\n',
    'npm test': ' npm test',
    'npx vitest run cli/test/docker-contract.test.ts': ' npm test',
    'npx vitest run pipeline/test/engine.test.ts': ' npm test',
  },
  '.github/workflows/release.yml': {
    'npm ci --prefix cli/build/node-24': 'run: npm ci --prefix cli/build/node-24\n',
  },
  'agent/test/start.test.ts': {
    'iknite start --name kwsl': "succeeds(guest, 'start')",
    'kubectl get pods -A': "kubectl(guest, 'get pods -A",
  },
  'cli/test/package-npm.test.ts': {
    'npm install --global kaweezle': "const npm = ['install', ",
  },
  'cli/test/support/journey.ts': {
    'kubectl --context kaweezle get nodes': "user.kubectl('get', 'nodes')",
  },
  'cli/test/wsl-journey.test.ts': {
    'wsl --import kwsl .\\kwsl rootfs.tar.gz': "succeeds('--import', 'manual'",
    'wsl -d kwsl iknite start': "succeeds('-d', 'manual', 'iknite', 'start')",
    'wsl -d kwsl kubectl get nodes': "succeeds('-d', 'manual', 'kubectl', 'get', 'nodes')",
    'wsl -d kwsl iknite kubeconfig > kwsl.conf': "succeeds('-d', 'manual', 'iknite', 'kubeconfig')",
    'wsl --unregister kwsl': "succeeds('--unregister', 'manual')",
  },
  'demo/demo.test.ts': {
    'npm run demo': "const main = join(import.meta.dirname, 'main.ts')",
  },
  'pipeline/test/agent.test.ts': {
    'cp dist/apk/*.rsa.pub /etc/apk/keys/': "join(system, 'etc/apk/keys')])",
    'apk add --repository /path/to/dist/apk iknite': "'add', '--no-cache', '--repository', address, 'iknite'",
  },
  // It reads the commands themselves out of the document.
  'pipeline/test/apk-repository.test.ts': {
    'wget -P /etc/apk/keys https://kaweezle.github.io/kaweezle/apk/KEY.rsa.pub': 'inside(await commands())',
    'echo https://kaweezle.github.io/kaweezle/apk >>/etc/apk/repositories': 'inside(await commands())',
    'apk add iknite': 'inside(await commands())',
  },
  'pipeline/test/boot.test.ts': {
    'docker import dist/rootfs.tar.gz demo': "importImage(join(place.out, 'rootfs.tar.gz')",
    'docker run --rm -it demo /bin/sh': "Cmd: ['/bin/sh', '-c', script]",
  },
  'pipeline/test/support/sweep.ts': {
    'KAWEEZLE_SWEEP=full npx vitest run cli/test/docker-contract.test.ts': 'KAWEEZLE_SWEEP',
  },
}

/** The shown commands that no test can run, and why. */
export const notRunHere: Readonly<Record<string, string>> = {
  'gh attestation verify rootfs.tar.gz --repo kaweezle/kaweezle --bundle rootfs.sigstore.json':
    'asks Sigstore for its keys, and there is no release with an attestation yet',
  "gh release create test-inputs --prerelease --latest=false --notes 'What the tests read.' test-inputs.tar":
    'writes to the repository of the project',
  'npm publish kaweezle-1.2.3.tgz --access public --provenance=false': 'publishes',
}
