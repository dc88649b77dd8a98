// A backup file: one gzip stream of lines. First a header, then for each table a line that names it, its rows as
// PostgreSQL's COPY writes them, and `\.` on a line of its own (which no row can be), then the sequences, then an end.
import { Buffer } from 'node:buffer'

export const formatVersion = 1

export type Header = {
  readonly regulars: 'backup'
  readonly format: number
  readonly createdAt: string
  readonly migrations: readonly { readonly version: number; readonly name: string; readonly checksum: string }[]
  /** The version of the job queue's own tables. */
  readonly jobQueue: number
  /** Every transaction number in the data is below this one. */
  readonly nextTransaction: string
  readonly partitions: readonly { readonly name: string; readonly parent: string; readonly bound: string }[]
  readonly tables: number
}

export type TableLine = { readonly table: Table; readonly columns: readonly string[] }
export type Table = { readonly schema: string; readonly name: string }
export type SequenceState = {
  readonly schema: string
  readonly name: string
  readonly value: string
  readonly called: boolean
}
export type Footer = { readonly sequences: readonly SequenceState[]; readonly rows: number; readonly end: true }

export class BackupUnreadable extends Error {}

const newline = 0x0a
const endOfRows = Buffer.from('\\.\n')

/** Takes the file apart again without ever holding more than a chunk of it. */
export class BackupReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  /** The next line, read as JSON. */
  async line(): Promise<unknown> {
    for (;;) {
      const at = this.#rest.indexOf(newline)
      if (at >= 0) {
        const text = this.#rest.toString('utf8', 0, at)
        this.#rest = this.#rest.subarray(at + 1)
        return parseLine(text)
      }
      await this.#more()
    }
  }

  /** The rows up to the end mark, which is taken away. */
  async *rows(): AsyncGenerator<Buffer> {
    // Pieces are cut at line ends, so the mark can only be at the beginning of what is left.
    for (;;) {
      while (this.#rest.length < endOfRows.length) await this.#more()
      if (this.#rest.subarray(0, endOfRows.length).equals(endOfRows)) {
        this.#rest = this.#rest.subarray(endOfRows.length)
        return
      }
      const mark = this.#rest.indexOf('\n\\.\n')
      const end = mark >= 0 ? mark + 1 : this.#rest.lastIndexOf(newline) + 1
      // The last whole line is kept back when it might be followed by half a mark; only a longer buffer can tell.
      if (end > 0) {
        yield this.#rest.subarray(0, end)
        this.#rest = this.#rest.subarray(end)
      } else await this.#more()
    }
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next()
    if (done) throw new BackupUnreadable('the backup ends too early: it was cut off')
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
  }
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BackupUnreadable('this is not a backup made by Regulars, or it is damaged', { cause })
  }
}
