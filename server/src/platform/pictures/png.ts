import { crc32, deflateSync } from 'node:zlib'

/** A picture of black and white squares: `isDark` is asked for each; every square becomes `scale` pixels wide. */
export function pngOf(picture: {
  readonly width: number
  readonly height: number
  readonly scale: number
  readonly isDark: (x: number, y: number) => boolean
}): Buffer {
  const { width, height, scale, isDark } = picture
  const [pixelsWide, pixelsHigh] = [width * scale, height * scale]
  const lines: Buffer[] = []
  for (let y = 0; y < height; y++) {
    // One byte a pixel, after the byte that says that the line is not filtered.
    const line = Buffer.alloc(pixelsWide + 1, 255)
    line[0] = 0
    for (let x = 0; x < width; x++) if (isDark(x, y)) line.fill(0, 1 + x * scale, 1 + (x + 1) * scale)
    for (let copy = 0; copy < scale; copy++) lines.push(line)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(pixelsWide, 0)
  header.writeUInt32BE(pixelsHigh, 4)
  header.set([8, 0, 0, 0, 0], 8) // eight bits of grey, nothing special
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
