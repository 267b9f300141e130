import { describe, test } from 'vitest'

type Describe = (title: string, body: () => void) => void

/**
 * `describe` for tests that need `name`, which `missing` looks for: it returns why it is not there, or
 * nothing. Without it the tests are skipped with the reason in their title; with KAWEEZLE_REQUIRE_ALL=1, as in
 * CI, they fail.
 */
export async function requirement(
  name: string,
  missing: () => Promise<string | undefined>,
): Promise<Describe> {
  const reason = await missing()
  if (reason === undefined) return (title, body) => void describe(title, body)
  if (process.env['KAWEEZLE_REQUIRE_ALL'] !== '1') {
    return (title, body) => void describe.skip(`${title} (needs ${name}: ${reason})`, body)
  }
  return (title) =>
    void describe(title, () => {
      test(`${name} is there`, () => {
        throw new Error(reason)
      })
    })
}
