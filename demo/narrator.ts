import { styleText } from 'node:util'

/** Tells people what happens. Colours are for terminals, and not where NO_COLOR is set. */
export interface Narrator {
  title(text: string): void
  /** Begins a chapter, and ends the one before with the time that it took. */
  chapter(title: string, ...sentences: readonly string[]): void
  say(...sentences: readonly string[]): void
  /** A command, as one types it. */
  command(text: string): void
  output(line: string): void
  /** The times of all chapters, and what they add up to. */
  end(): void
}

interface Chapter {
  readonly title: string
  readonly begun: number
  seconds: number
}

const width = 100

/** @param shown what stands for what in all that is told, e.g. `$DEMO` for a long path */
export function createNarrator(write: (text: string) => void, shown: ReadonlyMap<string, string>): Narrator {
  const chapters: Chapter[] = []
  const print = (style: Parameters<typeof styleText>[0], text: string) =>
    write(`${styleText(style, shorten(text, shown), { stream: process.stdout })}\n`)

  function close(): void {
    const last = chapters.at(-1)
    if (last === undefined) return
    last.seconds = (performance.now() - last.begun) / 1000
    print('dim', `   ${last.seconds.toFixed(1)} s`)
  }

  function say(...sentences: readonly string[]): void {
    for (const sentence of sentences)
      for (const line of wrap(shorten(sentence, shown), width - 3)) write(`   ${line}\n`)
  }

  return {
    say,
    title: (text) => print('bold', text),
    chapter(title, ...sentences) {
      close()
      chapters.push({ title, begun: performance.now(), seconds: 0 })
      write('\n')
      print(['bold', 'cyan'], `${chapters.length}. ${title}`)
      say(...sentences)
    },
    command(text) {
      const lines = wrap(shorten(text, shown), width - 8)
      for (const [index, line] of lines.entries())
        print('green', `   ${index === 0 ? '$' : ' '} ${line}${index < lines.length - 1 ? ' \\' : ''}`)
    },
    output: (line) => print('dim', `   | ${line}`),
    end() {
      close()
      write('\n')
      const total = chapters.reduce((sum, { seconds }) => sum + seconds, 0)
      for (const { title, seconds } of [...chapters, { title: 'all', seconds: total }])
        say(`${seconds.toFixed(1).padStart(6)} s  ${title}`)
    },
  }
}

function shorten(text: string, shown: ReadonlyMap<string, string>): string {
  return [...shown].reduce((short, [long, name]) => short.replaceAll(long, name), text)
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(/(?<=\S) /)) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}
