import { Select } from '@mantine/core'
import { IconStar } from '@tabler/icons-react'
import type { Desk, DeskProgramme } from '../../api/till.ts'
import { formatMoney } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { currencySign } from '../loyalty/inputs.tsx'
import { type Draft, slotOf } from './draft.ts'
import classes from './entry-card.module.css'
import { AmountField, Stepper, Toggle } from './parts.tsx'

interface EntryProps {
  readonly desk: Desk
  readonly draft: Draft
  readonly faults: ReadonlySet<string>
  readonly change: (patch: Partial<Draft>) => void
}

/** What is recorded: the amount of the sale, and what other programmes count. */
export function EntryCard(props: EntryProps) {
  const { desk } = props
  const main = desk.programmes.find((programme) => programme.is_default)
  const others = desk.programmes.filter((programme) => !programme.is_default)
  if (desk.programmes.length === 0) {
    return (
      <Card title="Record">
        <Empty icon={<IconStar size={20} />} title="No programme is active">
          Points, visits and the like appear here once a programme is turned on.
        </Empty>
      </Card>
    )
  }
  return (
    <Card title="Record">
      <div className={classes.stack}>
        {main && <MainEntry {...props} main={main} />}
        {others.length > 0 && (
          <div className={classes.others}>
            {others.map((programme) => (
              <OtherEntry key={programme.id} programme={programme} {...props} />
            ))}
          </div>
        )}
      </div>
    </Card>
  )
}

function MainEntry({ draft, faults, change, main }: EntryProps & { main: DeskProgramme }) {
  const { currency } = useSession().tenant
  return (
    <>
      <div className={classes.main}>
        <AmountField
          label={main.name}
          note="amount of the sale"
          sign={currencySign(currency)}
          value={draft.amount}
          change={(amount) => change({ amount })}
          fault={faults.has('amount')}
          first
          large
        />
        <label className={classes.number}>
          Receipt number
          <input
            value={draft.number}
            placeholder="drawn"
            maxLength={200}
            onChange={(event) => change({ number: event.currentTarget.value })}
          />
        </label>
      </div>
      {main.promotions.length > 0 && (
        <Select
          label="Promotion"
          placeholder="None"
          size="md"
          clearable
          data={main.promotions.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={draft.promotionId === undefined ? null : String(draft.promotionId)}
          onChange={(id) => change({ promotionId: id ? Number(id) : undefined })}
        />
      )}
      {draft.amount.trim() !== '' && (
        <Toggle
          name="The amount is what was paid"
          note="Nothing more comes off by itself"
          on={!draft.automatic}
          change={(paid) => change({ automatic: !paid })}
        />
      )}
    </>
  )
}

function OtherEntry({ programme, draft, faults, change }: EntryProps & { programme: DeskProgramme }) {
  const { currency } = useSession().tenant
  const set = (slot: string, value: string) => change({ entries: { ...draft.entries, [slot]: value } })
  const slot = slotOf(programme.id)
  switch (programme.kind) {
    case 'visits':
      return (
        <Toggle
          name={programme.name}
          note="one more"
          on={draft.entries[slot] === '1'}
          change={(on) => set(slot, on ? '1' : '')}
        />
      )
    case 'fixed_reward':
      return (
        <Toggle
          name={programme.name}
          note={`gives ${formatMoney(Number(programme.settings.reward_minor ?? 0), currency)}`}
          on={draft.entries[slot] === '1'}
          change={(on) => set(slot, on ? '1' : '')}
        />
      )
    case 'items':
      return programme.items.map(({ unit_id: unitId, name }) => {
        const place = slotOf(programme.id, unitId)
        return (
          <Stepper
            key={place}
            label={name}
            note={name === programme.name ? undefined : programme.name}
            value={draft.entries[place] ?? ''}
            change={(value) => set(place, value)}
            fault={faults.has(place)}
          />
        )
      })
    case 'points':
    case 'stored_value':
      return (
        <AmountField
          label={programme.name}
          note={programme.kind === 'points' ? 'amount' : 'put on'}
          sign={currencySign(currency)}
          value={draft.entries[slot] ?? ''}
          change={(value) => set(slot, value)}
          fault={faults.has(slot)}
        />
      )
  }
}
