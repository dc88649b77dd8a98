// QR codes (ISO/IEC 18004) of bytes with error correction level M, versions 1 to 10: up to 213 bytes, enough for a card's
// number. The mask is always the first: readers take any, a choice only helps bad cameras.

/** By version: how many codewords in all, error correction codewords a block, blocks. */
const versions = [
  [26, 10, 1],
  [44, 16, 1],
  [70, 26, 1],
  [100, 18, 2],
  [134, 24, 2],
  [172, 16, 4],
  [196, 18, 4],
  [242, 22, 4],
  [292, 22, 5],
  [346, 26, 5],
] as const
const alignments = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
] as const

/** Rows of squares, true for dark, without the quiet zone; undefined when the text is too long. */
export function qrOf(text: string): boolean[][] | undefined {
  const bytes = Buffer.from(text, 'utf8')
  const version = versions.findIndex((_, index) => bytes.length <= capacityOf(index + 1)) + 1
  if (version === 0) return undefined
  return draw(version, codewordsOf(version, bytes))
}

const shapeOf = (version: number) => versions[version - 1] ?? versions[0]

// Four bits of mode, the count, and four to end with.
function capacityOf(version: number): number {
  const [total, correction, blocks] = shapeOf(version)
  return Math.floor(((total - correction * blocks) * 8 - 4 - countBits(version)) / 8)
}

const countBits = (version: number) => (version < 10 ? 8 : 16)

function codewordsOf(version: number, bytes: Buffer): number[] {
  const [total, correction, blocks] = shapeOf(version)
  const room = total - correction * blocks
  const bits: number[] = []
  const put = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1)
  }
  put(0b0100, 4)
  put(bytes.length, countBits(version))
  for (const byte of bytes) put(byte, 8)
  put(0, Math.min(4, room * 8 - bits.length))
  while (bits.length % 8 !== 0) bits.push(0)
  const data = Array.from({ length: bits.length / 8 }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  )
  for (let pad = 0; data.length < room; pad++) data.push(pad % 2 === 0 ? 0xec : 0x11)
  return interleave(data, { correction, blocks })
}

/** The blocks' codewords one after another, and their corrections after them. Later blocks are one longer. */
function interleave(data: readonly number[], { correction, blocks }: { correction: number; blocks: number }): number[] {
  const short = Math.floor(data.length / blocks)
  const longer = data.length % blocks
  let start = 0
  const parts = Array.from({ length: blocks }, (_, index) => {
    const size = short + (index >= blocks - longer ? 1 : 0)
    const part = data.slice(start, start + size)
    start += size
    return { part, correction: correctionOf(part, correction) }
  })
  const woven = (columns: readonly (readonly number[])[], length: number) =>
    Array.from({ length }, (_, index) => columns.flatMap((column) => column[index] ?? [])).flat()
  return [
    ...woven(
      parts.map(({ part }) => part),
      short + 1,
    ),
    ...woven(
      parts.map((one) => one.correction),
      correction,
    ),
  ]
}

// The field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1.
const powers: number[] = []
for (let value = 1, index = 0; index < 255; index++) {
  powers.push(value)
  value = value < 128 ? value * 2 : (value * 2) ^ 0x11d
}
const logarithms = new Map(powers.map((value, index) => [value, index]))

function times(a: number, b: number): number {
  if (a === 0 || b === 0) return 0
  return powers[((logarithms.get(a) ?? 0) + (logarithms.get(b) ?? 0)) % 255] ?? 0
}

/** Reed-Solomon: what is left of the data divided by the generator polynomial. */
export function correctionOf(data: readonly number[], count: number): number[] {
  let generator = [1]
  for (let index = 0; index < count; index++) {
    const next = [...generator, 0]
    generator.forEach((factor, at) => {
      next[at + 1] = (next[at + 1] ?? 0) ^ times(factor, powers[index] ?? 0)
    })
    generator = next
  }
  const rest = Array<number>(count).fill(0)
  for (const word of data) {
    const factor = word ^ (rest.shift() ?? 0)
    rest.push(0)
    for (let index = 0; index < count; index++) {
      rest[index] = (rest[index] ?? 0) ^ times(generator[index + 1] ?? 0, factor)
    }
  }
  return rest
}

/** Undefined: free for data. */
type Grid = (boolean | undefined)[][]

function draw(version: number, codewords: readonly number[]): boolean[][] {
  const size = version * 4 + 17
  const grid: Grid = Array.from({ length: size }, () => Array<boolean | undefined>(size).fill(undefined))
  const set = (x: number, y: number, dark: boolean) => {
    const row = grid[y]
    if (row && x >= 0 && x < size) row[x] = dark
  }
  for (let index = 8; index < size - 8; index++) {
    set(index, 6, index % 2 === 0)
    set(6, index, index % 2 === 0)
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const)
    finder(set, x, y)
  alignmentsOf(set, version, size)
  formatOf(set, size)
  if (version >= 7) versionOf(set, version, size)
  return fill(grid, size, codewords)
}

type Set = (x: number, y: number, dark: boolean) => void

function finder(set: Set, x: number, y: number): void {
  for (let dy = -4; dy <= 4; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      set(x + dx, y + dy, ring !== 2 && ring !== 4)
    }
  }
}

function alignmentsOf(set: Set, version: number, size: number): void {
  const places: readonly number[] = alignments[version - 1] ?? []
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && (y === 6 || y === size - 7)) || (x === size - 7 && y === 6)
      if (isFinder) continue
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1)
      }
    }
  }
}

// Level M and the first mask, with their own correction and mask (ISO/IEC 18004, annex C): always the same.
const format = 0b101010000010010

function formatOf(set: Set, size: number): void {
  const bit = (index: number) => ((format >> index) & 1) === 1
  for (let index = 0; index < 6; index++) set(8, index, bit(index))
  set(8, 7, bit(6))
  set(8, 8, bit(7))
  set(7, 8, bit(8))
  for (let index = 9; index < 15; index++) set(14 - index, 8, bit(index))
  for (let index = 0; index < 8; index++) set(size - 1 - index, 8, bit(index))
  for (let index = 8; index < 15; index++) set(8, size - 15 + index, bit(index))
  set(8, size - 8, true)
}

function versionOf(set: Set, version: number, size: number): void {
  let rest = version
  for (let index = 0; index < 12; index++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25)
  const bits = (version << 12) | rest
  for (let index = 0; index < 18; index++) {
    const dark = ((bits >> index) & 1) === 1
    const [a, b] = [size - 11 + (index % 3), Math.floor(index / 3)]
    set(a, b, dark)
    set(b, a, dark)
  }
}

/** Up and down in pairs of columns from the right; the column of the timing pattern is passed over. */
function fill(grid: Grid, size: number, codewords: readonly number[]): boolean[][] {
  let bit = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const isUp = ((right + 1) & 2) === 0
      const y = isUp ? size - 1 - step : step
      for (const x of [right, right - 1]) {
        const row = grid[y]
        if (!row || row[x] !== undefined) continue
        const dark = (((codewords[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1
        row[x] = dark !== ((x + y) % 2 === 0)
        bit++
      }
    }
  }
  return grid.map((row) => row.map((dark) => dark === true))
}
