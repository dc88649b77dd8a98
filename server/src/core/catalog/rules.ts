import { DomainError } from '../../platform/errors.ts'
import { cleanText } from '../../platform/text.ts'
import type { ProductInput } from './types.ts'

export const maxBatch = 10_000
const maxCodeLength = 255
const maxNameLength = 1_000

/** Refuses `request.invalid` with the field at fault. */
export function checkCode(code: string, field: string): string {
  const clean = cleanText(code).trim()
  if (clean === '' || clean.length > maxCodeLength) throw new DomainError('request.invalid', { field })
  return clean
}

export function checkBatch(size: number): void {
  if (size > maxBatch) throw new DomainError('request.too_large', { limit: maxBatch })
}

/** The report with its code trimmed and checked; two reports of one code in a batch become one, the later word winning. */
export function foldInputs(inputs: readonly ProductInput[]): ProductInput[] {
  checkBatch(inputs.length)
  const byCode = new Map<string, ProductInput>()
  for (const input of inputs) {
    const code = checkCode(input.code, 'code')
    checkFields(input)
    const known = byCode.get(code)
    byCode.set(code, known ? combine(known, { ...input, code }) : { ...input, code })
  }
  // In one order everywhere, so that two batches over the same products wait for each other instead of deadlocking.
  return [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
}

function checkFields(input: ProductInput): void {
  if (input.name !== undefined && input.name.length > maxNameLength) {
    throw new DomainError('request.invalid', { field: 'name' })
  }
  for (const field of ['priceMinor', 'oldPriceMinor'] as const) {
    const amount = input[field]
    if (amount !== undefined && amount !== null && (!Number.isSafeInteger(amount) || amount < 0)) {
      throw new DomainError('amount.invalid', { field })
    }
  }
  if (input.vatRate !== undefined && input.vatRate !== null && !(input.vatRate >= 0 && input.vatRate <= 100)) {
    throw new DomainError('request.invalid', { field: 'vatRate' })
  }
  if (
    input.stockQuantity !== undefined &&
    input.stockQuantity !== null &&
    !(Math.abs(input.stockQuantity) < 100_000_000_000)
  ) {
    throw new DomainError('request.invalid', { field: 'stockQuantity' })
  }
}

function combine(earlier: ProductInput, later: ProductInput): ProductInput {
  return {
    ...earlier,
    ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== undefined)),
    code: later.code,
    data: { ...earlier.data, ...later.data },
    codes: [...(earlier.codes ?? []), ...(later.codes ?? [])],
  }
}
