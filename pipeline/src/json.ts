/** What a JSON text holds, for a schema to look at; undefined where it is no JSON, which no JSON text stands for. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
