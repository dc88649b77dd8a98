import type { Desk, DeskProgramme, Question } from '../../api/till.ts'

/** A sale as it is entered. Fields hold what was typed, so that half an amount is not lost. */
export interface Draft {
  /** One for each sale, made when it begins: whatever is sent twice happens once. */
  readonly key: string
  readonly amount: string
  readonly number: string
  readonly promotionId: number | undefined
  readonly automatic: boolean
  readonly codes: readonly string[]
  readonly rewardIds: readonly number[]
  readonly points: string
  readonly credit: string
  /** By `slotOf`. */
  readonly entries: Readonly<Record<string, string>>
  readonly takings: Readonly<Record<string, string>>
}

/** Also where the console is not served by https, as to a tablet in the shop's own network: `randomUUID` is missing there. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function newDraft(key: string): Draft {
  return {
    key,
    amount: '',
    number: '',
    promotionId: undefined,
    automatic: true,
    codes: [],
    rewardIds: [],
    points: '',
    credit: '',
    entries: {},
    takings: {},
  }
}

/** Nothing that would be missed. */
export function isEmpty(draft: Draft): boolean {
  return JSON.stringify({ ...newDraft(draft.key), automatic: draft.automatic }) === JSON.stringify(draft)
}

export function slotOf(programmeId: number, itemUnitId?: number): string {
  return itemUnitId === undefined ? String(programmeId) : `${programmeId}:${itemUnitId}`
}

/**
 * A decimal as people write it, in the smallest part: 12,50 and 12.50 and 1.250,00. Undefined: empty; NaN: no amount, or with more
 * decimals than there are.
 */
export function readAmount(text: string, scale: number): number | undefined {
  const plain = text.replace(/[\s'’]/g, '')
  if (plain === '') return undefined
  const [, whole = '', decimals = ''] = /^(.*?)(?:[.,](\d*))?$/.exec(plain) ?? []
  const mark = plain.charAt(whole.length)
  const grouped = new RegExp(`^\\d{1,3}(?:\\${mark === ',' ? '.' : ','}\\d{3})+$`)
  if (!/^\d+$/.test(whole) && !grouped.test(whole)) return Number.NaN
  if (decimals.length > scale) return Number.NaN
  return Number(whole.replace(/\D/g, '')) * 10 ** scale + Number(decimals.padEnd(scale, '0') || 0)
}

export interface Entered {
  readonly question: Question
  /** Nothing to record yet. */
  readonly empty: boolean
  /** The fields that hold no amount. */
  readonly faults: ReadonlySet<string>
}

export interface Place {
  readonly desk: Desk
  readonly scale: number
  readonly storeId: number | undefined
}

/** The draft as the server is asked about it. */
export function readDraft(draft: Draft, { desk, scale, storeId }: Place): Entered {
  const faults = new Set<string>()
  const read = (field: string, text: string | undefined, scale: number): number => {
    const value = readAmount(text ?? '', scale) ?? 0
    if (!Number.isNaN(value)) return value
    faults.add(field)
    return 0
  }
  const main = desk.programmes.find((programme) => programme.is_default)
  const amount = read('amount', draft.amount, scale)
  const points = read('points', draft.points, main?.unit.scale ?? 0)
  const credit = read('credit', draft.credit, scale)
  const entries = desk.programmes.flatMap((programme) => entriesOf(programme, draft, read, scale))
  const taken = desk.programmes.flatMap((programme) => takingsOf(programme, draft, read))
  // Without an amount to pay for, points are simply taken.
  const byHand = main && points > 0 && amount === 0 ? [{ programme_id: main.id, amount: points }] : []
  const takings = [...byHand, ...taken]
  const question: Question = {
    customer_id: desk.customer.id,
    automatic: draft.automatic,
    codes: draft.codes,
    reward_ids: draft.rewardIds,
    entries,
    takings,
    ...(storeId === undefined ? {} : { store_id: storeId }),
    ...(amount > 0 ? { amount_minor: amount } : {}),
    ...(amount > 0 && points > 0 ? { points } : {}),
    ...(amount > 0 && credit > 0 ? { credit_minor: credit } : {}),
    ...(amount > 0 && draft.promotionId !== undefined ? { promotion_id: draft.promotionId } : {}),
  }
  const things = entries.length + takings.length + draft.codes.length + draft.rewardIds.length
  return { question, empty: amount === 0 && things === 0, faults }
}

type Read = (field: string, text: string | undefined, scale: number) => number

/** Amounts are money of the shop, also where another programme's points are earned with it. */
function entriesOf(programme: DeskProgramme, draft: Draft, read: Read, scale: number): Question['entries'] {
  if (programme.is_default) return []
  if (programme.kind === 'items') {
    return programme.items.flatMap(({ unit_id: unitId }) => {
      const slot = slotOf(programme.id, unitId)
      const quantity = read(slot, draft.entries[slot], 0)
      return quantity > 0 ? [{ programme_id: programme.id, quantity, item_unit_id: unitId }] : []
    })
  }
  const slot = slotOf(programme.id)
  const isMoney = programme.kind === 'points' || programme.kind === 'stored_value'
  const value = read(slot, draft.entries[slot], isMoney ? scale : 0)
  if (value === 0) return []
  return [{ programme_id: programme.id, ...(isMoney ? { amount_minor: value } : {}) }]
}

function takingsOf(programme: DeskProgramme, draft: Draft, read: Read): Question['takings'] {
  if (programme.is_default) return []
  if (programme.kind === 'items') {
    return programme.items.flatMap(({ unit_id: unitId, needed }) =>
      draft.takings[slotOf(programme.id, unitId)]
        ? [{ programme_id: programme.id, amount: needed, item_unit_id: unitId }]
        : [],
    )
  }
  const slot = slotOf(programme.id)
  const amount = read(`take ${slot}`, draft.takings[slot], programme.unit.scale)
  return amount > 0 ? [{ programme_id: programme.id, amount }] : []
}
