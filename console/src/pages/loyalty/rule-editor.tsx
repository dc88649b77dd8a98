import { Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { allUnitsQuery } from '../../api/loyalty-queries.ts'
import type { RuleDefinition, RuleDraft } from '../../api/loyalty-types.ts'
import { fieldError } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { ConditionsField } from './conditions-field.tsx'
import { EarningField } from './earning-field.tsx'
import classes from './editor.module.css'
import { LimitsField } from './limits-field.tsx'
import { LinesField } from './lines-field.tsx'
import { withoutNothing } from './shapes.ts'
import { DaysField, LifetimeField, OrderField } from './timing-field.tsx'

interface RuleEditorProps {
  readonly draft: RuleDraft
  readonly change: (draft: RuleDraft) => void
  readonly problem: unknown
}

/** Everything a rule consists of. Nothing is kept before it is saved. */
export function RuleEditor({ draft, change, problem }: RuleEditorProps) {
  const units = useQuery(allUnitsQuery).data ?? []
  const points = units.find(({ kind, is_default }) => kind === 'points' && is_default)
  const unit = units.find(({ id }) => id === draft.unit_id) ?? points
  const { definition } = draft
  const set = (patch: Partial<RuleDraft>) => change({ ...draft, ...patch })
  const define = (patch: Partial<RuleDefinition>) => set({ definition: withoutNothing({ ...definition, ...patch }) })
  return (
    <>
      <Card>
        <div className={classes.stack}>
          <TextInput
            label="Name"
            placeholder="Double points on coffee"
            autoFocus={draft.name === ''}
            maxLength={300}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={fieldError(problem, 'name')}
          />
          <Textarea
            label="What it is for"
            placeholder="For colleagues; customers do not see it"
            autosize
            minRows={1}
            maxLength={2000}
            value={draft.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
        </div>
      </Card>
      <Card title="What it gives">
        <div className={classes.stack}>
          <EarningField
            earning={definition.earning}
            unit={unit}
            change={(earning) =>
              set({
                // What is multiplied is what the programme gives.
                ...(earning.kind === 'multiply' ? { unit_id: points?.id } : {}),
                definition: { ...definition, earning },
              })
            }
            changeUnit={(unitId) => set({ unit_id: unitId })}
          />
        </div>
      </Card>
      <Card title="On which products">
        <div className={classes.stack}>
          <LinesField lines={definition.lines} change={(lines) => define({ lines })} />
        </div>
      </Card>
      <Card title="Only when">
        <div className={classes.stack}>
          <ConditionsField conditions={definition.conditions} change={(conditions) => define({ conditions })} />
        </div>
      </Card>
      <Card title="When it runs">
        <div className={classes.stack}>
          <DaysField days={draft} change={set} />
        </div>
      </Card>
      <Card title="Limits and budget">
        <LimitsField
          limits={definition.limits}
          change={(limits) => define({ limits })}
          unitName={unit?.name ?? 'Points'}
          scale={unit?.scale ?? 0}
        />
      </Card>
      <Card title="Lifetime and order">
        <div className={classes.stack}>
          <LifetimeField definition={definition} change={(next) => set({ definition: next })} />
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
