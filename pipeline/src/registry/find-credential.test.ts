import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PipelineError } from '../errors.ts'
import { findCredential } from './find-credential.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-credentials-'))
})
afterEach(() => rm(folder, { recursive: true }))

const base64 = (text: string) => Buffer.from(text).toString('base64')
const auth = (text: string) => ({ auth: base64(text) })
const password = (username: string, password: string) => ({ type: 'password', username, password })

async function find(host: string, env: NodeJS.ProcessEnv = {}) {
  const { signal } = new AbortController()
  return findCredential(host, { env: { DOCKER_CONFIG: folder, ...env }, signal })
}

async function config(value: unknown, path = 'config.json'): Promise<void> {
  await writeFile(join(folder, path), typeof value === 'string' ? value : JSON.stringify(value))
}

/** Puts a program on the PATH that is given to {@link find}. */
async function helper(name: string, script: string): Promise<NodeJS.ProcessEnv> {
  const path = join(folder, `docker-credential-${name}`)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return { PATH: `${folder}:/usr/bin:/bin` }
}

describe('the Docker config file', () => {
  it.each([
    ['as the host', 'quay.io', 'quay.io'],
    ['with a port', 'localhost:5000', 'localhost:5000'],
    ['with a scheme', 'quay.io', 'https://quay.io'],
    ['with the version of the API', 'quay.io', 'https://quay.io/v2/'],
    ['as Docker Hub has always been', 'registry-1.docker.io', 'https://index.docker.io/v1/'],
    ['as Docker Hub is called', 'registry-1.docker.io', 'docker.io'],
  ])('names a registry %s', async (_, host, key) => {
    await config({ auths: { 'other.test': auth('other:x'), [key]: auth('user:pass:word') } })
    expect(await find(host)).toEqual(password('user', 'pass:word'))
  })

  it.each(['evil.quay.io', 'quay.io.evil.test', 'quay.io:5000', 'QUAY', 'io', '__proto__', 'constructor'])(
    'has nothing for %s that was kept for quay.io',
    async (host) => {
      await config({ auths: { 'quay.io': auth('user:password') } })
      expect(await find(host)).toBeUndefined()
      expect(await find('quay.io')).toBeDefined()
    },
  )

  it('has nothing for a registry whose name only a namespace of it has', async () => {
    await config({ auths: { 'quay.io/team': auth('user:password') } })
    expect(await find('quay.io')).toBeUndefined()
  })

  it('gives an identity token before a password', async () => {
    await config({ auths: { 'quay.io': { ...auth('user:'), identitytoken: 'identity' } } })
    expect(await find('quay.io')).toEqual({ type: 'identity', token: 'identity' })
  })

  it('may be empty, without entries, or not there', async () => {
    expect(await find('quay.io')).toBeUndefined()
    for (const content of [
      {},
      { auths: {} },
      { auths: { 'quay.io': {} } },
      { auths: { 'quay.io': { auth: '' } } },
    ]) {
      await config(content)
      expect(await find('quay.io')).toBeUndefined()
    }
  })

  it('is in the home folder without DOCKER_CONFIG', async () => {
    await mkdir(join(folder, '.docker'))
    await config({ auths: { 'quay.io': auth('home:x') } }, '.docker/config.json')
    expect(await find('quay.io', { DOCKER_CONFIG: '', HOME: folder })).toEqual(password('home', 'x'))
  })

  it('comes after the file that REGISTRY_AUTH_FILE names', async () => {
    const REGISTRY_AUTH_FILE = join(folder, 'podman.json')
    await config({ auths: { 'quay.io': auth('docker:x'), 'ghcr.io': auth('docker:y') } })
    await config({ auths: { 'quay.io': auth('podman:x') } }, 'podman.json')
    expect(await find('quay.io', { REGISTRY_AUTH_FILE })).toEqual(password('podman', 'x'))
    expect(await find('ghcr.io', { REGISTRY_AUTH_FILE })).toEqual(password('docker', 'y'))
  })

  it.each([
    ['that is no JSON', '{"auths": {"quay.io": {"auth": "c2VjcmV0"'],
    ['that is a list', []],
    ['with an auth that is no base64 of a login', { auths: { 'quay.io': { auth: base64('secret') } } }],
    ['with an auth that is no text', { auths: { 'quay.io': { auth: 1 } } }],
    ['with a helper that is a path', { credHelpers: { 'quay.io': '../../secret' } }],
  ])('%s is an error that names it and nothing in it', async (_, content) => {
    await config(content)
    const error = await find('quay.io').catch((error: unknown) => error)
    expect(error).toBeInstanceOf(PipelineError)
    expect(error).toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining(join(folder, 'config.json')),
    })
    expect(String(error)).not.toMatch(/secret|c2VjcmV0/)
  })
})

describe('a credential helper', () => {
  const answering = (username: string, secret: string) =>
    `read -r server; [ "$1" = get ] && printf '{"ServerURL":"%s","Username":"${username}","Secret":"${secret}"}' "$server"`

  it('is asked for its own registry, before what else the file says', async () => {
    await config({
      auths: { 'quay.io': auth('file:x') },
      credHelpers: { 'quay.io': 'mine' },
      credsStore: 'none',
    })
    expect(await find('quay.io', await helper('mine', answering('helped', 's')))).toEqual(
      password('helped', 's'),
    )
  })

  it('is asked for every registry as the store', async () => {
    await config({ credsStore: 'store' })
    expect(await find('ghcr.io', await helper('store', answering('<token>', 'identity')))).toEqual({
      type: 'identity',
      token: 'identity',
    })
  })

  it('is told the name that Docker Hub has there', async () => {
    await config({ credsStore: 'store' })
    const script = 'read -r server; printf \'{"Username":"%s","Secret":"s"}\' "$server"'
    expect(await find('registry-1.docker.io', await helper('store', script))).toEqual(
      password('https://index.docker.io/v1/', 's'),
    )
  })

  it('that keeps nothing leaves the word to the file', async () => {
    await config({ auths: { 'quay.io': auth('file:x') }, credsStore: 'store' })
    const env = await helper('store', 'echo credentials not found in native keychain; exit 1')
    expect(await find('quay.io', env)).toEqual(password('file', 'x'))
  })

  it('that is not installed is an error only where it is named for the registry', async () => {
    await config({ credsStore: 'gone', credHelpers: { 'quay.io': 'gone' } })
    const env = { PATH: folder }
    expect(await find('ghcr.io', env)).toBeUndefined()
    await expect(find('quay.io', env)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: expect.stringContaining('docker-credential-gone'),
    })
  })

  it.each([
    ['fails', 'echo broken; exit 1'],
    ['answers something else', 'echo hello'],
    ['prints without end', 'exec yes'],
    ['gives a name without a secret', `printf '{"Username":"a"}'`],
  ])('that %s is an error', async (_, script) => {
    await config({ credsStore: 'store' })
    await expect(find('quay.io', await helper('store', script))).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
  })

  it('sees no other environment than the one given', async () => {
    process.env['KAWEEZLE_OTHER'] = 'x'
    await config({ credsStore: 'store' })
    const script = `printf '{"Username":"%s","Secret":"s"}' "a$KAWEEZLE_OTHER"`
    expect(await find('quay.io', await helper('store', script))).toEqual(password('a', 's'))
    delete process.env['KAWEEZLE_OTHER']
  })

  it('stops with the build', async () => {
    await config({ credsStore: 'store' })
    const env = { DOCKER_CONFIG: folder, ...(await helper('store', 'exec sleep 60')) }
    const signal = AbortSignal.timeout(300)
    await expect(findCredential('quay.io', { env, signal })).rejects.toThrow(/timeout/)
  })
})
