import type { RuleState } from '../../api/loyalty-types.ts'
import { formatDate } from '../../app/format.ts'
import { Tag } from '../../components/tag.tsx'

interface Running {
  readonly state: RuleState
  readonly valid_from: string | null
  readonly valid_to: string | null
}

/** What a rule or reward does today, in one word. */
export function StateTag({ thing }: { thing: Running }) {
  const now = Date.now()
  if (thing.state === 'draft') return <Tag>Draft</Tag>
  if (thing.state === 'paused') return <Tag tone="points">Paused</Tag>
  if (thing.valid_to && Date.parse(thing.valid_to) <= now) return <Tag>Over</Tag>
  if (thing.valid_from && Date.parse(thing.valid_from) > now) return <Tag tone="brand">Waiting</Tag>
  return <Tag tone="brand">On</Tag>
}

/** "21 Nov 2026 to 22 Nov 2026"; empty where it has no days. The end is an instant, the last day is before it. */
export function runsPhrase({ valid_from: from, valid_to: to }: Omit<Running, 'state'>): string {
  const last = to && formatDate(new Date(Date.parse(to) - 1).toISOString())
  if (from && last) return formatDate(from) === last ? last : `${formatDate(from)} to ${last}`
  if (from) return `from ${formatDate(from)} on`
  return last ? `until ${last}` : ''
}
