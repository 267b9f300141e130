import { isPipelineError } from '../errors.ts'
import type { Finding } from '../verify/index.ts'

/** What checks have found. Data that cannot be read, because it is damaged or hostile, is itself a finding. */
export class Findings {
  readonly list: Finding[] = []

  /** Adds a finding of the check `rule` for every line that it returns. */
  async add(rule: string, check: () => string[] | Promise<string[]>): Promise<void> {
    const messages = (await this.attempt(rule, check)) ?? []
    this.list.push(...messages.map((message) => ({ rule, message })))
  }

  /** What `action` returns; undefined, and a finding, when that cannot be read. */
  async attempt<T>(rule: string, action: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await action()
    } catch (error) {
      if (!isPipelineError(error, 'ARCHIVE_INVALID', 'CHECKSUM_MISMATCH', 'SOURCE_MISSING')) throw error
      this.list.push({ rule, message: error.message })
      return undefined
    }
  }
}
