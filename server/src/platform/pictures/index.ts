import { barcodeOf } from './barcode.ts'
import { pngOf } from './png.ts'
import { qrOf } from './qr.ts'

const quiet = 4
const barHeight = 24

/** A picture of a QR code; undefined when the text is too long for one. */
export function qrPicture(text: string): Buffer | undefined {
  const rows = qrOf(text)
  if (!rows) return undefined
  const size = rows.length + 2 * quiet
  return pngOf({ width: size, height: size, scale: 8, isDark: (x, y) => rows[y - quiet]?.[x - quiet] ?? false })
}

/** A picture of a bar code, or of a QR code for text that bars cannot say. */
export function codePicture(text: string): Buffer | undefined {
  const bars = barcodeOf(text)
  if (!bars) return qrPicture(text)
  const margin = 10
  return pngOf({
    width: bars.length + 2 * margin,
    height: barHeight + 2 * quiet,
    scale: 4,
    isDark: (x, y) => y >= quiet && y < quiet + barHeight && (bars[x - margin] ?? false),
  })
}
