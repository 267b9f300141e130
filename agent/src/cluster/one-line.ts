/** Text of others for one line of ours: without control characters and line ends, and not a page of it. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 300)
}
