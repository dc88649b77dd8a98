import { SegmentedControl } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { patch, post, put, remove } from '../../api/client.ts'
import { ruleQuery } from '../../api/loyalty-queries.ts'
import type { Rule, RuleDraft, RuleState } from '../../api/loyalty-types.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, Refusal, tell } from '../../components/form.tsx'
import { backLink, Card, Page } from '../../components/page.tsx'
import { Failed, PageLoading } from '../../components/states.tsx'
import { Unsaved } from '../../components/unsaved.tsx'
import { BasketForm, emptyBasket } from './basket-form.tsx'
import classes from './editor.module.css'
import { EditorActions } from './editor-actions.tsx'
import { useNames } from './names.ts'
import { Replay } from './replay.tsx'
import { RuleEditor } from './rule-editor.tsx'
import { asStored, isSameShape } from './shapes.ts'
import { SimulationResult, useSimulation } from './simulation.tsx'
import { runsPhrase, StateTag } from './state.tsx'
import { amountOf, conditionSentence, earningSentence, limitsSentence, unfinishedSentence } from './words.ts'

const newDraft: RuleDraft = {
  name: '',
  description: '',
  unit_id: undefined,
  priority: 5,
  valid_from: null,
  valid_to: null,
  definition: { conditions: [], earning: { kind: 'multiply', factor: 2, rounding: 'down' } },
}

export function NewRulePage() {
  return <RuleOf rule={undefined} />
}

export function RulePage() {
  const id = Number(useParams({ from: '/app/loyalty/rules/$ruleId' }).ruleId)
  const query = useQuery(ruleQuery(id))
  if (query.isError)
    return (
      <Page title="Rule" above={<BackToRules />}>
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      </Page>
    )
  if (!query.data) return <PageLoading />
  return <RuleOf key={id} rule={query.data} />
}

function draftOf({ name, description, unit, priority, valid_from, valid_to, definition }: Rule): RuleDraft {
  return { name, description, unit_id: unit?.id, priority, valid_from, valid_to, definition }
}

function RuleOf({ rule }: { rule: Rule | undefined }) {
  const [draft, setDraft] = useState(() => (rule ? draftOf(rule) : newDraft))
  const saved = rule ? draftOf(rule) : newDraft
  const isChanged = !isSameShape(asStored(draft), saved)
  const actions = useRuleActions(rule, draft)
  const may = useMay('loyalty')
  const [deleting, deletion] = useDisclosure(false)
  return (
    <Page
      title={rule?.name ?? 'New rule'}
      note={<Summary rule={rule} draft={draft} />}
      wideActions
      above={<BackToRules />}
      actions={
        may && (
          <EditorActions
            state={rule?.state}
            isChanged={isChanged}
            isComplete={draft.name.trim() !== ''}
            save={actions.save}
            turn={actions.turn}
            askDelete={deletion.open}
          />
        )
      }
    >
      <div className={classes.columns}>
        <div className={classes.form}>
          {actions.problem !== null && <Refusal problem={actions.problem} />}
          <RuleEditor draft={draft} change={setDraft} problem={actions.problem} />
        </div>
        <TryIt rule={rule} draft={draft} />
      </div>
      {may && <Unsaved isChanged={isChanged} />}
      <FormModal
        title={`Delete “${rule?.name ?? ''}”?`}
        note="It stops giving at once. What it gave stays, and purchases still say that it did."
        opened={deleting}
        close={deletion.close}
        submitLabel="Delete the rule"
        danger
        busy={actions.drop.isPending}
        problem={actions.drop.error}
        submit={() => actions.drop.mutate()}
      />
    </Page>
  )
}

function BackToRules() {
  return (
    <Link to="/loyalty/rules" className={backLink}>
      Rules
    </Link>
  )
}

function Summary({ rule, draft }: { rule: Rule | undefined; draft: RuleDraft }) {
  const names = useNames()
  const amount = (value: number) => amountOf(value, rule?.unit)
  const parts = [
    earningSentence(draft.definition, rule?.unit, names),
    ...draft.definition.conditions.map((condition) => conditionSentence(condition, names)),
    runsPhrase(draft),
    limitsSentence(draft.definition.limits, amount),
  ]
  return (
    <span className={classes.summary}>
      {rule && <StateTag thing={rule} />}
      <span>{parts.filter(Boolean).join(' · ')}</span>
    </span>
  )
}

/** Drafts are tried as they stand in the form, saved or not. */
function TryIt({ rule, draft }: { rule: Rule | undefined; draft: RuleDraft }) {
  const { replay } = useSearch({ strict: false })
  const [tab, setTab] = useState(replay === undefined ? 'basket' : 'past')
  const [basket, setBasket] = useState(emptyBasket)
  const { valid_from: _from, valid_to: _to, ...tried } = asStored(draft)
  const trial = { ...(rule ? { rule_id: rule.id } : {}), rule: { ...tried, name: draft.name.trim() || 'This rule' } }
  const open = unfinishedSentence(draft.definition.conditions, useNames())
  const simulation = useSimulation(basket, open ? null : trial)
  return (
    <Card className={classes.try}>
      <div className={classes.stack}>
        <SegmentedControl
          aria-label="Try it on"
          fullWidth
          data={[
            { value: 'basket', label: 'Try on a basket' },
            { value: 'past', label: 'Replay the past' },
          ]}
          value={tab}
          onChange={setTab}
        />
        {tab === 'basket' ? (
          <>
            <BasketForm basket={basket} change={setBasket} />
            {open ? (
              <p className="muted">{open}</p>
            ) : (
              <SimulationResult basket={basket} query={simulation} highlight={rule?.id ?? 0} />
            )}
          </>
        ) : open ? (
          <p className="muted">{open}</p>
        ) : (
          <Replay trial={trial} />
        )}
      </div>
    </Card>
  )
}

/** What was replayed before the rule was saved stays beside it. */
const keepReplay = (before: { replay?: number | undefined }) => ({ replay: before.replay })

function useRuleActions(rule: Rule | undefined, draft: RuleDraft) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const keep = async (next: Rule) => {
    queryClient.setQueryData(ruleQuery(next.id).queryKey, next)
    await queryClient.invalidateQueries({ queryKey: ['rules'] })
  }
  const sent = asStored(draft)
  const names = useNames()
  const store = async () => {
    const open = unfinishedSentence(sent.definition.conditions, names)
    if (open) throw new Error(open)
    return rule ? patch<Rule>(`/earning-rules/${rule.id}`, sent) : post<Rule>('/earning-rules', sent)
  }
  const save = useMutation({
    mutationFn: store,
    onSuccess: async (next) => {
      await keep(next)
      tell('Saved.')
      if (!rule)
        await navigate({
          to: '/loyalty/rules/$ruleId',
          params: { ruleId: String(next.id) },
          search: keepReplay,
          ignoreBlocker: true,
        })
    },
  })
  const turn = useMutation({
    // What stands in the form is what is turned on; a pause leaves the form alone.
    mutationFn: async (state: RuleState) => {
      const { id } = state === 'active' || !rule ? await store() : rule
      return put<Rule>(`/earning-rules/${id}/state`, { state })
    },
    onSuccess: async (next) => {
      await keep(next)
      tell(next.state === 'active' ? `“${next.name}” is on.` : `“${next.name}” is paused.`)
    },
  })
  const drop = useMutation({
    mutationFn: () => remove(`/earning-rules/${rule?.id}`),
    onSuccess: async () => {
      tell(`“${rule?.name}” is deleted.`)
      await navigate({ to: '/loyalty/rules', ignoreBlocker: true })
      await queryClient.invalidateQueries({ queryKey: ['rules'] })
    },
  })
  return { save, turn, drop, problem: save.error ?? turn.error }
}
