import type { Programme, ProgrammeKind } from '../../core/loyalty/index.ts'

export type CampaignType = 'points' | 'giftcard' | 'earned' | 'events' | 'buyx'

/** The core's kinds of programme by this API's words. */
const typeByKind: Readonly<Record<ProgrammeKind, CampaignType>> = {
  points: 'points',
  stored_value: 'giftcard',
  fixed_reward: 'earned',
  visits: 'events',
  items: 'buyx',
}

export const kindByType: Readonly<Record<string, ProgrammeKind>> = {
  points: 'points',
  giftcard: 'stored_value',
  earned: 'fixed_reward',
  events: 'visits',
  buyx: 'items',
}

export function campaignTypeOf(programme: Programme): CampaignType {
  return typeByKind[programme.kind]
}

/** A code that a client of this API gave to a customer is an external id in this number space. */
export const givenCodeSource = 'code'

/** Facts that the core keeps as free attributes, by the names they have there. */
const attributeNames = {
  customField: 'custom_field',
  customDate: 'custom_date',
  pin: 'pin',
  phoneText: 'phone_text',
} as const

export type FreeAttribute = keyof typeof attributeNames

export function attributeName(attribute: FreeAttribute): string {
  return attributeNames[attribute]
}

export function textAttribute(attributes: Readonly<Record<string, unknown>>, attribute: FreeAttribute): string {
  const value = attributes[attributeNames[attribute]]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
