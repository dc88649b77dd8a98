import { type AttributeDefinition, mergeAttributes } from '../customers/index.ts'
import type { Member, MemberInput } from './types.ts'

/** Confirmed, not left, reachable. */
export function isActive(member: Pick<Member, 'confirmedAt' | 'leftAt' | 'bouncedAt'>): boolean {
  return member.confirmedAt !== null && member.leftAt === null && member.bouncedAt === null
}

export interface MemberChange {
  readonly known: Member | undefined
  readonly input: MemberInput
  readonly definitions: readonly AttributeDefinition[]
  readonly now: Date
}

export type MemberFields = Omit<Member, 'listId' | 'updatedAt'>

/**
 * The membership after an API's statement. Whoever left by their own act is not brought back by it: neither the
 * departure nor a cleared confirmation changes. Refuses `attribute.invalid_value`.
 */
export function changeMember({ known, input, definitions, now }: MemberChange): MemberFields {
  const keepsLeft = known?.leftByPerson === true
  return {
    customerId: input.customerId,
    registeredAt: input.registeredAt ?? known?.registeredAt ?? now,
    confirmedAt: keepsLeft ? known.confirmedAt : given(input.confirmedAt, known?.confirmedAt),
    leftAt: keepsLeft ? known.leftAt : given(input.leftAt, known?.leftAt),
    leftByPerson: keepsLeft,
    bouncedAt: given(input.bouncedAt, known?.bouncedAt),
    source: input.source ?? known?.source ?? '',
    attributes: mergeAttributes(known?.attributes ?? {}, input.attributes ?? {}, definitions),
  }
}

function given(input: Date | null | undefined, known: Date | null | undefined): Date | null {
  return input === undefined ? (known ?? null) : input
}
