import { isoDate } from '../manifest.ts'
import {
  type Bill,
  type Component,
  type ComponentKind,
  compareTexts,
  knownFacts,
  parseMaintainer,
  type Relation,
} from './bill.ts'
import { parseLicense } from './license.ts'
import { documentUrl, uuidOfUrl } from './name-uuid.ts'

/**
 * A bill as SPDX 2.3 in JSON (https://spdx.github.io/spdx-spec/v2.3/). Its namespace follows from its contents: the
 * same bill is always the same text.
 */
export function printSpdx({ sourceDate, root, components, relations }: Bill): string {
  const all = [root, ...components]
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${root.name}-${root.version}`,
    creationInfo: { created: isoDate(sourceDate), creators: ['Tool: kaweezle-pipeline'] },
    packages: all.map(packageOf),
    hasExtractedLicensingInfos: extractedLicenses(all),
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: idOf(root) },
      ...relations.map(relationshipOf),
    ],
  }
  const { spdxVersion, dataLicense, SPDXID, name, ...rest } = document
  const url = documentUrl('spdx', document)
  const documentNamespace = `https://github.com/kaweezle/kaweezle/sbom/${name}-${uuidOfUrl(url)}`
  return `${JSON.stringify({ spdxVersion, dataLicense, SPDXID, name, documentNamespace, ...rest }, null, 2)}\n`
}

/** As the JSON schema of 2.3 spells them. */
const purposes: Readonly<Record<ComponentKind, string>> = {
  rootfs: 'CONTAINER',
  base: 'OPERATING_SYSTEM',
  apk: 'INSTALL',
  image: 'CONTAINER',
  layer: 'ARCHIVE',
  npm: 'LIBRARY',
  manifest: 'FILE',
}

function packageOf(component: Component) {
  const { name, version, license, hashes, download, homepage, description, supplier, maintainer } = component
  const checksums = [
    ...(hashes.sha256 ? [{ algorithm: 'SHA256', checksumValue: hashes.sha256 }] : []),
    ...(hashes.sha512 ? [{ algorithm: 'SHA512', checksumValue: hashes.sha512 }] : []),
  ]
  const facts = knownFacts(component).map(([fact, value]) => `${fact}: ${value}`)
  return {
    SPDXID: idOf(component),
    name,
    versionInfo: version,
    primaryPackagePurpose: purposes[component.kind],
    supplier: supplier === undefined ? 'NOASSERTION' : `Organization: ${supplier}`,
    originator: maintainer && personOf(maintainer),
    downloadLocation: download ?? 'NOASSERTION',
    filesAnalyzed: false,
    checksums: checksums.length === 0 ? undefined : checksums,
    homepage: isUrl(homepage) ? homepage : undefined,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: parseLicense(license ?? '')?.expression ?? 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    summary: description || undefined,
    comment: facts.length === 0 ? undefined : facts.join('\n'),
    externalRefs:
      component.purls.length === 0
        ? undefined
        : component.purls.map((referenceLocator) => ({
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator,
          })),
  }
}

/** Brackets would be read as those around the address (clause 7.6). */
function personOf(maintainer: string): string {
  const { name, email } = parseMaintainer(maintainer)
  const plain = name.replaceAll('(', '[').replaceAll(')', ']')
  return `Person: ${plain}${email === undefined ? '' : ` (${email})`}`
}

function extractedLicenses(components: readonly Component[]) {
  const references = components.flatMap(({ license }) => parseLicense(license ?? '')?.references ?? [])
  return [...new Map(references.map(({ id, name }) => [id, name]))]
    .toSorted(([one], [other]) => compareTexts(one, other))
    .map(([licenseId, name]) => ({
      licenseId,
      name,
      extractedText: `Packages call this licence "${name}", which is not on the SPDX License List. Its text is with their sources.`,
    }))
}

function relationshipOf({ from, kind, to }: Relation) {
  return {
    spdxElementId: idOf({ id: from }),
    relationshipType: kind === 'contains' ? 'CONTAINS' : 'DEPENDS_ON',
    relatedSpdxElement: idOf({ id: to }),
  }
}

function idOf({ id }: Pick<Component, 'id'>): string {
  return `SPDXRef-${id}`
}

function isUrl(text: string | undefined): boolean {
  return text !== undefined && /^https?:\/\/\S+$/.test(text) && URL.canParse(text)
}
