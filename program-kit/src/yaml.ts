/**
 * What is loaded of YAML when it is needed: `import('yaml')` itself would have no names in the bundle, because the package is
 * CommonJS (https://esbuild.github.io/content-types/#default-interop).
 */
export { isAlias, isMap, isScalar, LineCounter, parseDocument, stringify } from 'yaml'
