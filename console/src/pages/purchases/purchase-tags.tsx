import type { PurchaseSummary } from '../../api/types.ts'
import { sentence } from '../../app/format.ts'
import { Tag } from '../../components/tag.tsx'

/** What is unusual about a purchase; a completed sale has nothing to say. */
export function PurchaseTags({ purchase }: { purchase: PurchaseSummary }) {
  return (
    <>
      {purchase.kind !== 'sale' && (
        <Tag tone={purchase.kind === 'cancellation' ? 'bad' : 'plain'}>{sentence(purchase.kind)}</Tag>
      )}
      {purchase.state !== 'completed' && <Tag>{sentence(purchase.state)}</Tag>}
      {purchase.possible_twin && <Tag tone="points">Possible twin</Tag>}
    </>
  )
}
