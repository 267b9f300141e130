/** Where a manifest of upstream is put, relative to the base kustomization. */
export function upstreamPath(name: string): string {
  return `upstream/${name}.yaml`
}
