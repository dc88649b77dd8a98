import { SegmentedControl, Select, TextInput } from '@mantine/core'
import type { RewardDefinition, RewardDraft, RewardKind, RewardUsage } from '../../api/loyalty-types.ts'
import { moneyDigits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { fieldError } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { BenefitField, VoucherField } from './benefit-field.tsx'
import { ConditionsField } from './conditions-field.tsx'
import classes from './editor.module.css'
import { WholeInput } from './inputs.tsx'
import { LimitsField } from './limits-field.tsx'
import { LinesField } from './lines-field.tsx'
import { withoutNothing } from './shapes.ts'
import { DaysField, OrderField } from './timing-field.tsx'

interface RewardEditorProps {
  readonly draft: RewardDraft
  readonly change: (draft: RewardDraft) => void
  readonly problem: unknown
  /** A gift card stays one, for its vouchers have accounts. */
  readonly isSaved: boolean
}

/** Everything a reward consists of. Nothing is kept before it is saved. */
export function RewardEditor({ draft, change, problem, isSaved }: RewardEditorProps) {
  const { currency } = useSession().tenant
  const { definition } = draft
  const set = (patch: Partial<RewardDraft>) => change({ ...draft, ...patch })
  const define = (patch: Partial<RewardDefinition>) => set({ definition: withoutNothing({ ...definition, ...patch }) })
  const isCard = draft.kind === 'gift_card'
  return (
    <>
      <Card>
        <div className={classes.stack}>
          <div className={classes.fields}>
            <TextInput
              label="Name"
              placeholder="Ten percent off coffee"
              autoFocus={draft.name === ''}
              maxLength={300}
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
              error={fieldError(problem, 'name')}
            />
            <TextInput
              label="Code"
              placeholder="COFFEE10"
              maxLength={100}
              value={draft.code}
              onChange={(event) => set({ code: event.currentTarget.value.trimStart() })}
              error={fieldError(problem, 'code')}
            />
          </div>
          {!isCard && (
            <SegmentedControl
              aria-label="How it is used"
              fullWidth
              data={[
                { value: 'automatic', label: 'By itself' },
                { value: 'code', label: 'With its code' },
                { value: 'voucher', label: 'With a voucher' },
              ]}
              value={draft.usage}
              onChange={(usage) => set({ usage: usage as RewardUsage })} // one of the values above
            />
          )}
          <div className={classes.fields}>
            <KindSelect draft={draft} change={change} isSaved={isSaved} />
            {draft.usage !== 'automatic' && !isCard && (
              <WholeInput
                label="Costs points"
                placeholder="Nothing"
                value={draft.points_cost || undefined}
                change={(cost = 0) => set({ points_cost: cost })}
              />
            )}
          </div>
        </div>
      </Card>
      <Card title={isCard ? 'What is on it' : 'What it gives'}>
        <div className={classes.stack}>
          <BenefitField benefit={definition.benefit} change={(benefit) => define({ benefit })} moneyOnly={isCard} />
        </div>
      </Card>
      {!isCard && (
        <Card title="On which products">
          <div className={classes.stack}>
            <LinesField lines={definition.lines} change={(lines) => define({ lines })} />
          </div>
        </Card>
      )}
      <Card title="Only when">
        <div className={classes.stack}>
          <ConditionsField conditions={definition.conditions} change={(conditions) => define({ conditions })} />
        </div>
      </Card>
      {draft.usage === 'voucher' && (
        <Card title="Vouchers">
          <div className={classes.stack}>
            <VoucherField definition={definition} change={define} />
          </div>
        </Card>
      )}
      <Card title="When it runs">
        <div className={classes.stack}>
          <DaysField days={draft} change={set} />
        </div>
      </Card>
      <Card title="Limits and budget">
        <LimitsField
          limits={definition.limits}
          change={(limits) => define({ limits })}
          unitName={currency}
          scale={moneyDigits(currency)}
        />
      </Card>
      <Card title="Beside others">
        <div className={classes.stack}>
          <div className={classes.fields}>
            <Select
              label="With other rewards"
              allowDeselect={false}
              data={[
                { value: 'adds', label: 'Adds to those before it' },
                { value: 'alone', label: 'Alone, with no other' },
              ]}
              value={definition.stacking ?? 'adds'}
              onChange={(stacking) => define({ stacking: stacking === 'alone' ? 'alone' : undefined })}
            />
            <WholeInput
              label="Times in one basket"
              placeholder="Once"
              min={1}
              max={1000}
              value={definition.max_per_basket}
              change={(times) => define({ max_per_basket: times })}
            />
          </div>
          <OrderField
            priority={draft.priority}
            group={definition.exclusive_group}
            change={({ priority, group }) =>
              set({ priority, definition: withoutNothing({ ...definition, exclusive_group: group }) })
            }
          />
        </div>
      </Card>
    </>
  )
}

const kindNames: Readonly<Record<RewardKind, string>> = {
  till: 'At the till',
  catalogue: 'In the catalogue',
  campaign: 'In a campaign',
  simple: 'Somewhere else',
  gift_card: 'As a gift card',
}

function KindSelect({ draft, change, isSaved }: Pick<RewardEditorProps, 'draft' | 'change' | 'isSaved'>) {
  const isCard = draft.kind === 'gift_card'
  const open = Object.entries(kindNames).filter(([kind]) => !isSaved || (kind === 'gift_card') === isCard)
  return (
    <Select
      label="Offered"
      allowDeselect={false}
      data={open.map(([value, label]) => ({ value, label }))}
      value={draft.kind}
      onChange={(kind) => {
        if (kind !== 'gift_card') return change({ ...draft, kind: (kind ?? 'till') as RewardKind }) // a key of kindNames
        const { lines: _, ...definition } = draft.definition
        const benefit = { kind: 'amount', amount_minor: 2500 } as const
        change({ ...draft, kind, usage: 'voucher', points_cost: 0, definition: { ...definition, benefit } })
      }}
    />
  )
}
