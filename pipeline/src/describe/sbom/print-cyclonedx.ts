import { isoDate } from '../manifest.ts'
import { type Bill, type Component, type ComponentKind, knownFacts, parseMaintainer } from './bill.ts'
import { parseLicense } from './license.ts'
import { documentUrl, uuidOfUrl } from './name-uuid.ts'

/**
 * A bill as CycloneDX 1.6 in JSON (https://cyclonedx.org/docs/1.6/json/). Its serial number follows from its
 * contents: the same bill is always the same text.
 */
export function printCycloneDx({ sourceDate, root, components, relations }: Bill): string {
  const needs = new Map<string, Set<string>>([root, ...components].map(({ id }) => [id, new Set()]))
  for (const { from, to } of relations) needs.get(from)?.add(to)
  const contents = {
    version: 1,
    metadata: {
      timestamp: isoDate(sourceDate),
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name: 'kaweezle-pipeline' }] },
      component: componentOf(root),
    },
    components: components.map(componentOf),
    dependencies: [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].toSorted() })),
  }
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOfUrl(documentUrl('cyclonedx', contents))}`,
    ...contents,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const types: Readonly<Record<ComponentKind, string>> = {
  rootfs: 'container',
  base: 'operating-system',
  apk: 'library',
  image: 'container',
  layer: 'file',
  npm: 'library',
  manifest: 'file',
}

function componentOf(component: Component) {
  const { id, kind, name, version, hashes, description, purls } = component
  const found = [
    ...(hashes.sha256 ? [{ alg: 'SHA-256', content: hashes.sha256 }] : []),
    ...(hashes.sha512 ? [{ alg: 'SHA-512', content: hashes.sha512 }] : []),
  ]
  const links = [
    ...(isReference(component.homepage) ? [{ type: 'website', url: component.homepage }] : []),
    ...(component.download === undefined ? [] : [{ type: 'distribution', url: component.download }]),
  ]
  const properties = knownFacts(component).map(([fact, value]) => ({ name: `kaweezle:${fact}`, value }))
  return {
    type: types[kind],
    'bom-ref': id,
    supplier: supplierOf(component),
    name,
    version,
    description: description || undefined,
    hashes: found.length === 0 ? undefined : found,
    licenses: licensesOf(component),
    purl: purls[0],
    externalReferences: links.length === 0 ? undefined : links,
    properties: properties.length === 0 ? undefined : properties,
  }
}

/** Who packaged it is whom to ask there. */
function supplierOf({ supplier: name, maintainer }: Component) {
  if (maintainer === undefined) return name === undefined ? undefined : { name }
  const contact = [parseMaintainer(maintainer)]
  return name === undefined ? { contact } : { name, contact }
}

function licensesOf({ license }: Component) {
  const declared = parseLicense(license ?? '')
  if (declared === undefined) return undefined
  const { expression, name } = declared
  return name === undefined
    ? [{ expression, acknowledgement: 'declared' }]
    : [{ license: { name, acknowledgement: 'declared' } }]
}

/** The schema wants an IRI; some packages have other texts there. */
function isReference(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\/[!-~]+$/.test(text) && URL.canParse(text)
}
