import type { TarSource } from '../tar/source.ts'

/** A source that keeps what is read or passed over, but for contents. */
export interface RecordingSource extends TarSource {
  /** Whether what comes next is kept. */
  isRecording: boolean
  /** What was kept since the last call. */
  takeRecord(): Buffer
}

export function recordingSource(source: TarSource): RecordingSource {
  let record: Buffer[] = []
  async function some(most: number): Promise<Uint8Array> {
    const part = await source.some(most)
    if (recording.isRecording && part.length > 0) record.push(Buffer.from(part))
    return part
  }
  const recording: RecordingSource = {
    isRecording: true,
    takeRecord() {
      const taken = Buffer.concat(record)
      record = []
      return taken
    },
    get position() {
      return source.position
    },
    some,
    async skip(length) {
      let missing = length
      for (let part = await some(missing); part.length > 0; part = await some(missing)) missing -= part.length
      return length - missing
    },
    close: () => source.close(),
  }
  return recording
}
