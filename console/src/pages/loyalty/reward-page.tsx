import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { patch, post, put, remove } from '../../api/client.ts'
import { rewardQuery } from '../../api/loyalty-queries.ts'
import type { Reward, RewardDraft, RuleState } from '../../api/loyalty-types.ts'
import { formatMoney } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, Refusal, tell } from '../../components/form.tsx'
import { backLink, Card, Page } from '../../components/page.tsx'
import { Failed, PageLoading } from '../../components/states.tsx'
import { Unsaved } from '../../components/unsaved.tsx'
import { BasketForm, emptyBasket } from './basket-form.tsx'
import classes from './editor.module.css'
import { EditorActions } from './editor-actions.tsx'
import { useNames } from './names.ts'
import { RewardEditor } from './reward-editor.tsx'
import { giftSentence, howPhrase } from './rewards-page.tsx'
import { asStored, isSameShape } from './shapes.ts'
import { SimulationResult, useSimulation } from './simulation.tsx'
import { runsPhrase, StateTag } from './state.tsx'
import { Vouchers } from './vouchers.tsx'
import { conditionSentence, limitsSentence, unfinishedSentence } from './words.ts'

const newDraft: RewardDraft = {
  code: '',
  name: '',
  usage: 'automatic',
  kind: 'till',
  priority: 5,
  points_cost: 0,
  valid_from: null,
  valid_to: null,
  definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
}

export function NewRewardPage() {
  return <RewardOf reward={undefined} />
}

export function RewardPage() {
  const id = Number(useParams({ from: '/app/loyalty/rewards/$rewardId' }).rewardId)
  const query = useQuery(rewardQuery(id))
  if (query.isError)
    return (
      <Page title="Reward" above={<BackToRewards />}>
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      </Page>
    )
  if (!query.data) return <PageLoading />
  return <RewardOf key={id} reward={query.data} />
}

function draftOf(reward: Reward): RewardDraft {
  const { code, name, usage, kind, priority, points_cost, valid_from, valid_to, definition } = reward
  return { code, name, usage, kind, priority, points_cost, valid_from, valid_to, definition }
}

function RewardOf({ reward }: { reward: Reward | undefined }) {
  const [draft, setDraft] = useState(() => (reward ? draftOf(reward) : newDraft))
  const isChanged = !isSameShape(asStored(draft), reward ? draftOf(reward) : newDraft)
  const actions = useRewardActions(reward, draft)
  const may = useMay('loyalty')
  const [deleting, deletion] = useDisclosure(false)
  return (
    <Page
      title={reward?.name ?? 'New reward'}
      note={<Summary reward={reward} draft={draft} />}
      wideActions
      above={<BackToRewards />}
      actions={
        may && (
          <EditorActions
            state={reward?.state}
            isChanged={isChanged}
            isComplete={draft.name.trim() !== '' && draft.code.trim() !== ''}
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
          <RewardEditor draft={draft} change={setDraft} problem={actions.problem} isSaved={reward !== undefined} />
        </div>
        <div className={classes.form}>
          {draft.kind !== 'gift_card' && <TryIt reward={reward} draft={draft} />}
          {reward && reward.usage === 'voucher' && <Vouchers reward={reward} />}
        </div>
      </div>
      {may && <Unsaved isChanged={isChanged} />}
      <FormModal
        title={`Delete “${reward?.name ?? ''}”?`}
        note="Its code is free again, and its vouchers no longer count. What it gave stays."
        opened={deleting}
        close={deletion.close}
        submitLabel="Delete the reward"
        danger
        busy={actions.drop.isPending}
        problem={actions.drop.error}
        submit={() => actions.drop.mutate()}
      />
    </Page>
  )
}

function BackToRewards() {
  return (
    <Link to="/loyalty/rewards" className={backLink}>
      Rewards
    </Link>
  )
}

function Summary({ reward, draft }: { reward: Reward | undefined; draft: RewardDraft }) {
  const names = useNames()
  const parts = [
    giftSentence(draft, names),
    howPhrase({ ...draft, code: draft.code || '…' }),
    ...draft.definition.conditions.map((condition) => conditionSentence(condition, names)),
    runsPhrase(draft),
    limitsSentence(draft.definition.limits, (value) => formatMoney(value, names.currency)),
  ]
  return (
    <span className={classes.summary}>
      {reward && <StateTag thing={reward} />}
      <span>{parts.filter(Boolean).join(' · ')}</span>
    </span>
  )
}

/** As it stands in the form, given by itself whatever code it will need. */
function TryIt({ reward, draft }: { reward: Reward | undefined; draft: RewardDraft }) {
  const [basket, setBasket] = useState(emptyBasket)
  const { valid_from: _from, valid_to: _to, ...tried } = asStored(draft)
  const named = { ...tried, name: draft.name.trim() || 'This reward', code: draft.code.trim() || 'NEW' }
  const open = unfinishedSentence(draft.definition.conditions, useNames())
  const trial = { ...(reward ? { reward_id: reward.id } : {}), reward: named }
  const simulation = useSimulation(basket, open ? null : trial)
  return (
    <Card title="Try on a basket">
      <div className={classes.stack}>
        <BasketForm basket={basket} change={setBasket} />
        {open ? (
          <p className="muted">{open}</p>
        ) : (
          <SimulationResult basket={basket} query={simulation} highlight={reward?.id ?? 0} />
        )}
      </div>
    </Card>
  )
}

function useRewardActions(reward: Reward | undefined, draft: RewardDraft) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const keep = async (next: Reward) => {
    queryClient.setQueryData(rewardQuery(next.id).queryKey, next)
    await queryClient.invalidateQueries({ queryKey: ['rewards'] })
  }
  const sent = asStored(draft)
  const names = useNames()
  const store = async () => {
    const open = unfinishedSentence(sent.definition.conditions, names)
    if (open) throw new Error(open)
    return reward ? patch<Reward>(`/rewards/${reward.id}`, sent) : post<Reward>('/rewards', sent)
  }
  const save = useMutation({
    mutationFn: store,
    onSuccess: async (next) => {
      await keep(next)
      tell('Saved.')
      if (!reward)
        await navigate({
          to: '/loyalty/rewards/$rewardId',
          params: { rewardId: String(next.id) },
          ignoreBlocker: true,
        })
    },
  })
  const turn = useMutation({
    // What stands in the form is what is turned on; a pause leaves the form alone.
    mutationFn: async (state: RuleState) => {
      const { id } = state === 'active' || !reward ? await store() : reward
      return put<Reward>(`/rewards/${id}/state`, { state })
    },
    onSuccess: async (next) => {
      await keep(next)
      tell(next.state === 'active' ? `“${next.name}” is on.` : `“${next.name}” is paused.`)
    },
  })
  const drop = useMutation({
    mutationFn: () => remove(`/rewards/${reward?.id}`),
    onSuccess: async () => {
      tell(`“${reward?.name}” is deleted.`)
      await navigate({ to: '/loyalty/rewards', ignoreBlocker: true })
      await queryClient.invalidateQueries({ queryKey: ['rewards'] })
    },
  })
  return { save, turn, drop, problem: save.error ?? turn.error }
}
