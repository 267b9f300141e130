/** Whether what a program wrote says that no space is left. */
export function saysDiskFull(output: string): boolean {
  return /no space left on device|disk quota exceeded|\bENOSPC\b/i.test(output)
}

const limit = 10
const widest = 400

/**
 * The lines of a failed program's output that tell most: those in which kubeadm names what is wrong, then the last
 * ones. At most 10, each once, without control characters.
 */
export function failureLines(output: string): readonly string[] {
  const lines = output.split('\n').map(plain).filter(Boolean)
  const telling = lines.filter((line) => tellingLine.test(line))
  const last = lines.slice(-5).filter((line) => !noiseLine.test(line))
  return [...new Set([...telling.slice(-limit), ...last])].slice(0, limit)
}

const tellingLine = /^\[ERROR [^\]]+\]|^error execution phase|^error: |^fatal: /i

const noiseLine =
  /^To see the stack trace of this error|^\[preflight\] If you know what you are doing|^(this Docker container|goroutine )/

function plain(line: string): string {
  // Colours first, then whatever else would move a terminal's cursor.
  const text = line.replace(escapes, '').replace(controls, ' ').trim()
  return text.length > widest ? `${text.slice(0, widest)}…` : text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const escapes = /\u001b\[[0-9;?]*[A-Za-z]/g
const controls = /\p{Cc}/gu
