/**
 * A signal that fires with its parent, or with an error of its own when the time given to it runs out. What is
 * still under way when it is disposed of (an answer nobody read) is aborted.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #parent: AbortSignal
  #timer: NodeJS.Timeout | undefined

  constructor(parent: AbortSignal) {
    this.#parent = parent
    parent.addEventListener('abort', this.#follow)
    if (parent.aborted) this.#follow()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Gives `milliseconds` from now on, whatever was given before. */
  start(milliseconds: number, error: Error): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#controller.abort(error), milliseconds)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#parent.removeEventListener('abort', this.#follow)
    this.#controller.abort()
  }

  readonly #follow = (): void => this.#controller.abort(this.#parent.reason)
}
