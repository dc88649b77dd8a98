import { inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { barcodeOf } from './barcode.ts'
import { codePicture, qrPicture } from './index.ts'
import { correctionOf, qrOf } from './qr.ts'

describe('a QR code', () => {
  test('corrects errors as the standard’s worked example does', () => {
    // "HELLO WORLD" as 1-M: the example that descriptions of the standard calculate by hand.
    const data = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]
    expect(correctionOf(data, 10)).toEqual([196, 35, 39, 119, 235, 215, 231, 226, 93, 23])
  })

  test.each([
    ['1000123456789012', 21],
    ['x'.repeat(14), 21],
    ['x'.repeat(15), 25],
    ['x'.repeat(122), 45],
    ['x'.repeat(213), 57],
  ])('of %s has its finders, its timing and its format', (text, size) => {
    const rows = qrOf(text) ?? []
    if (text.startsWith('x')) expect(rows).toHaveLength(size)
    const last = rows.length - 1
    for (const [x, y] of [
      [0, 0],
      [last - 6, 0],
      [0, last - 6],
    ] as const) {
      const finder = Array.from({ length: 7 }, (_, dy) =>
        rows[y + dy]
          ?.slice(x, x + 7)
          .map(Number)
          .join(''),
      )
      expect(finder).toEqual(['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'])
    }
    const timing = rows[6]
      ?.slice(8, last - 7)
      .map(Number)
      .join('')
    expect(timing).toMatch(/^1(01)*$/)
    const format = [0, 1, 2, 3, 4, 5, 7, 8].map((x) => Number(rows[8]?.[x])).join('')
    expect(format + [7, 5, 4, 3, 2, 1, 0].map((y) => Number(rows[y]?.[8])).join('')).toBe('101010000010010')
    expect(rows[last - 7]?.[8]).toBe(true)
  })

  test('reads back: what stands in the squares is the text', () => {
    expect(readVersion1('CARD-1000')).toBe('CARD-1000')
  })

  test('has a bound', () => {
    expect(qrOf('x'.repeat(214))).toBeUndefined()
  })
})

/** Reads the data squares of a version 1 code the way a reader does: from the bottom right, in pairs of columns. */
function readVersion1(text: string): string {
  const rows = qrOf(text) ?? []
  const isData = (x: number, y: number) =>
    x !== 6 && y !== 6 && !(x < 9 && y < 9) && !(x > 12 && y < 9) && !(x < 9 && y > 12)
  const bits: number[] = []
  const pairs = [20, 18, 16, 14, 12, 10, 8, 5, 3, 1]
  pairs.forEach((right, index) => {
    for (let step = 0; step < 21; step++) {
      const y = index % 2 === 0 ? 20 - step : step
      for (const x of [right, right - 1]) {
        if (isData(x, y)) bits.push(Number(rows[y]?.[x]) ^ ((x + y) % 2 === 0 ? 1 : 0))
      }
    }
  })
  const number = (from: number, count: number) => Number.parseInt(bits.slice(from, from + count).join(''), 2)
  expect(number(0, 4)).toBe(4)
  return Array.from({ length: number(4, 8) }, (_, index) => String.fromCharCode(number(12 + index * 8, 8))).join('')
}

test('a bar code of set B starts, sums up and ends as it must', () => {
  // "Wikipedia" has the check symbol 88 ("x").
  const bars = barcodeOf('Wikipedia')?.map(Number).join('')
  expect(bars?.slice(0, 11)).toBe('11010010000')
  expect(bars?.slice(-13)).toBe('1100011101011')
  expect(bars).toHaveLength(11 * 11 + 13)
  expect(bars?.slice(-24, -13)).toBe('11110010010')
  expect(barcodeOf('ž')).toBeUndefined()
})

test.each([
  ['qr', qrPicture('1000')],
  ['bars', codePicture('1000')],
  ['bars that are none', codePicture('žluťoučký')],
])('%s is a picture that can be read', (_, picture) => {
  expect(picture?.subarray(1, 4).toString()).toBe('PNG')
  const [width = 0, height = 0] = [picture?.readUInt32BE(16), picture?.readUInt32BE(20)]
  const length = picture?.readUInt32BE(33) ?? 0
  const pixels = inflateSync(picture?.subarray(41, 41 + length) ?? Buffer.alloc(0))
  expect(pixels).toHaveLength((width + 1) * height)
})
