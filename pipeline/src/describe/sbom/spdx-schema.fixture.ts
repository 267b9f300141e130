import parse from 'spdx-expression-parse'
import { z } from 'zod'

/*
 * What SPDX 2.3 says of documents, as far as ours go (https://spdx.github.io/spdx-spec/v2.3/, clauses 6 to 11; names
 * and enumerations as in its schemas/spdx-schema.json). A key that stands here in no object is one that we never write.
 */

const id = z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/)
const line = z.string().regex(/^\P{Cc}+$/u)
const agent = /^(NOASSERTION|(Person|Organization): [^\s()][^()]*( \([^\s()]+@[^\s()]+\))?)$/
const expression = z.string().refine((text) => text === 'NOASSERTION' || isStrictExpression(text))
const url = z.string().refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text))

const checksum = z.union([
  z.strictObject({ algorithm: z.literal('SHA256'), checksumValue: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ algorithm: z.literal('SHA512'), checksumValue: z.string().regex(/^[0-9a-f]{128}$/) }),
])

const spdxPackage = z.strictObject({
  SPDXID: id,
  name: line,
  versionInfo: line,
  primaryPackagePurpose: z.enum([
    'APPLICATION',
    'FRAMEWORK',
    'LIBRARY',
    'CONTAINER',
    'OPERATING_SYSTEM',
    'DEVICE',
    'FIRMWARE',
    'SOURCE',
    'ARCHIVE',
    'FILE',
    'INSTALL',
    'OTHER',
  ]),
  supplier: z.string().regex(agent),
  originator: z.string().regex(agent).optional(),
  downloadLocation: z.union([z.literal('NOASSERTION'), url]),
  // Else a verification code of all files would be due.
  filesAnalyzed: z.literal(false),
  checksums: z.array(checksum).min(1).optional(),
  homepage: url.optional(),
  licenseConcluded: expression,
  licenseDeclared: expression,
  copyrightText: z.literal('NOASSERTION'),
  summary: z.string().min(1).optional(),
  comment: z.string().min(1).optional(),
  externalRefs: z
    .array(
      z.strictObject({
        referenceCategory: z.enum(['OTHER', 'PERSISTENT-ID', 'SECURITY', 'PACKAGE-MANAGER']),
        referenceType: z.literal('purl'),
        referenceLocator: z.string().regex(/^pkg:\S+$/),
      }),
    )
    .min(1)
    .optional(),
})

/** A whole document, its references included. */
export const spdxDocument = z
  .strictObject({
    spdxVersion: z.literal('SPDX-2.3'),
    dataLicense: z.literal('CC0-1.0'),
    SPDXID: z.literal('SPDXRef-DOCUMENT'),
    name: line,
    documentNamespace: url.refine((text) => !text.includes('#')),
    creationInfo: z.strictObject({
      created: z.iso.datetime({ precision: 0 }),
      creators: z.array(z.string().regex(/^(Tool|Person|Organization): \S/)).min(1),
    }),
    packages: z.array(spdxPackage),
    hasExtractedLicensingInfos: z.array(
      z.strictObject({
        licenseId: z.string().regex(/^LicenseRef-[A-Za-z0-9.-]+$/),
        name: line,
        extractedText: line,
      }),
    ),
    relationships: z.array(
      z.strictObject({
        spdxElementId: id,
        relationshipType: z.enum(['DESCRIBES', 'CONTAINS', 'DEPENDS_ON']),
        relatedSpdxElement: id,
      }),
    ),
  })
  .superRefine((document, context) => {
    for (const message of brokenReferences(document)) context.addIssue({ code: 'custom', message })
  })

export type SpdxDocument = z.infer<typeof spdxDocument>

function brokenReferences({
  SPDXID,
  packages,
  hasExtractedLicensingInfos: extracted,
  relationships,
}: Pick<SpdxDocument, 'SPDXID' | 'packages' | 'hasExtractedLicensingInfos' | 'relationships'>): string[] {
  const ids = new Set([SPDXID, ...packages.map((one) => one.SPDXID)])
  const licenses = new Set(extracted.map(({ licenseId }) => licenseId))
  const named = packages.flatMap(({ licenseDeclared }) => licenseDeclared.match(/LicenseRef-[\w.-]+/g) ?? [])
  const ends = relationships.flatMap((one) => [one.spdxElementId, one.relatedSpdxElement])
  const described = relationships.filter(({ relationshipType }) => relationshipType === 'DESCRIBES')
  return [
    ...(ids.size === packages.length + 1 ? [] : ['an SPDXID is there twice']),
    ...(licenses.size === extracted.length ? [] : ['a licence is there twice']),
    ...ends.filter((end) => !ids.has(end)).map((end) => `nothing is ${end}`),
    ...named.filter((license) => !licenses.has(license)).map((license) => `no licence is ${license}`),
    ...[...licenses].filter((one) => !named.includes(one)).map((one) => `nothing refers to ${one}`),
    ...(described.length === 1 ? [] : ['the document does not describe one package']),
  ]
}

/** As annex D has it, operators in capitals. */
function isStrictExpression(text: string): boolean {
  if (!/^[A-Za-z0-9.+() -]+$/.test(text) || / (and|or|with) /.test(text)) return false
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}
