import { suppliesPath } from '../engine/engine.ts'
import { displayPath, treePath } from '../tree/path.ts'
import { placeOf } from '../tree/place-of.ts'
import { followLinks } from '../tree/resolve.ts'
import { ownTexts } from './own-texts.ts'
import { readText } from './read-text.ts'
import type { Rule } from './rule.ts'
import { showPath } from './show.ts'

/** PEM, OpenSSH, OpenPGP, minisign. */
const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|^untrusted comment: .*secret key/

/** Of OpenSSH and Dropbear; the latter's have no form that could be told by their text. */
const hostKey = /(^|\/)(ssh_host|dropbear)_\w+_key$/

const privateKeys: Rule = {
  name: 'private-keys',
  promise: 'No private key is in the image; machines make their own.',
  async check(input) {
    const findings = [...input.tree.values()]
      .filter(({ type, path }) => type !== 'directory' && hostKey.test(path))
      .map(({ path }) => `${showPath(path)} is a host key`)
    for await (const { path, text } of ownTexts(input)) {
      if (privateKey.test(text)) findings.push(`${showPath(path)} holds a private key`)
    }
    return findings
  },
}

const buildPaths: Rule = {
  name: 'build-paths',
  promise: 'No package script wrote down a path that is there only while the image is built.',
  needs: 'recipe',
  async check(input) {
    const found = [...input.tree.values()]
      .filter((entry) => entry.type === 'symlink' && entry.target.startsWith(suppliesPath))
      .map(({ path }) => path)
    for await (const { path, text } of ownTexts(input)) {
      if (text.includes(suppliesPath)) found.push(path)
    }
    return found
      .filter((path) => !input.changed.has(path))
      .map((path) => `${showPath(path)} names ${suppliesPath}`)
  },
}

/** A key that is left behind lets its owner install programs on every machine made from the image. */
const packageSources: Rule = {
  name: 'package-sources',
  promise: 'apk trusts keys of packages and of the recipe only, and its repositories have public addresses.',
  needs: 'recipe',
  async check(input) {
    const { tree, packages, changed } = input
    const owned = new Set(packages.flatMap(({ files }) => files.map(({ path }) => placeOf(tree, path))))
    const folder = `${followLinks(tree, treePath('etc/apk/keys')) ?? 'etc/apk/keys'}/`
    const keys = [...tree.keys()].filter((path) => path.startsWith(folder))
    const repositories = (await readText(input, 'etc/apk/repositories')).split('\n')
    return [
      ...keys
        .filter((path) => !owned.has(path) && !changed.has(path))
        .map((path) => `${showPath(path)} is a key of neither a package nor the recipe`),
      ...repositories
        .filter((line) => !/^\s*(#|$)|^(@\S+ +)?https?:\/\//.test(line))
        .map((line) => `/etc/apk/repositories has "${displayPath(line)}", which is no public address`),
    ]
  },
}

export const trustRules = [privateKeys, buildPaths, packageSources]
