/**
 * The path of a supply as it was given.
 * @throws Error when it would lead out of the folder of the supplies: a bug of ours.
 */
export function supplyPath(path: string): string {
  const inside = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  if (!inside) throw new Error(`Not a path of a supply: ${path}`)
  return path
}
