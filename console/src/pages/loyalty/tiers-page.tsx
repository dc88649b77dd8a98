import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconMedal, IconPencil } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { patch } from '../../api/client.ts'
import { tiersQuery } from '../../api/loyalty-queries.ts'
import type { Tier, TierPeriod, TierSettings } from '../../api/loyalty-types.ts'
import { formatCount, formatMoney, moneyDigits } from '../../app/format.ts'
import { useMay, useSession } from '../../app/session.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'
import { Card, Page } from '../../components/page.tsx'
import { Empty, Failed, PageLoading } from '../../components/states.tsx'
import { Tag } from '../../components/tag.tsx'
import editor from './editor.module.css'
import { ScaledInput, WholeInput } from './inputs.tsx'
import { withoutNothing } from './shapes.ts'
import classes from './tiers.module.css'

export function TiersPage() {
  const query = useQuery(tiersQuery)
  if (query.isPending) return <PageLoading />
  const tiers = query.data ?? []
  return (
    <Page title="Tiers" note="What leads into them, how long they last, what they give. A change counts at once.">
      {query.isError && (
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      )}
      {query.isSuccess && tiers.length === 0 && (
        <Card>
          <Empty icon={<IconMedal size={20} />} title="No tiers">
            The programme of this shop has none.
          </Empty>
        </Card>
      )}
      <ol className={classes.tiers}>
        {[...tiers].reverse().map((tier) => (
          <TierCard key={tier.id} tier={tier} isLowest={tier === tiers[0]} />
        ))}
      </ol>
    </Page>
  )
}

function TierCard({ tier, isLowest }: { tier: Tier; isLowest: boolean }) {
  const { currency } = useSession().tenant
  const may = useMay('loyalty')
  const [editing, edit] = useDisclosure(false)
  const { discount_percent: percent, description } = tier.settings
  return (
    <li className={classes.tier}>
      <span className={classes.mark}>
        <IconMedal size={20} stroke={1.7} />
      </span>
      <span className={classes.text}>
        <span className={classes.name}>
          <h2>{tier.name}</h2>
          {percent ? <Tag tone="brand">{formatCount(percent)}% off</Tag> : null}
          {tier.settings.manual && <Tag>By hand only</Tag>}
        </span>
        <span className="muted">{tierSentence(tier, currency, isLowest)}</span>
        {description && <span className={classes.note}>{description}</span>}
      </span>
      {may && (
        <Button
          variant="default"
          leftSection={<IconPencil size={16} />}
          aria-label={`Edit ${tier.name}`}
          onClick={edit.open}
        >
          Edit
        </Button>
      )}
      <TierDialog key={String(editing)} tier={tier} opened={editing} close={edit.close} />
    </li>
  )
}

/** "From 2,000 points in a calendar year; kept with 500". */
function tierSentence({ threshold, settings }: Tier, currency: string, isLowest: boolean): string {
  if (settings.manual) return 'Nobody earns it; it is given.'
  if (isLowest && threshold === 0) return 'Everybody begins here.'
  const amount = (value: number) => (settings.measure === 'spend' ? formatMoney(value, currency) : formatCount(value))
  const what = settings.measure === 'spend' ? `${amount(threshold)} spent` : `${amount(threshold)} points earned`
  const keep =
    settings.keep === undefined || periodOf(settings) === 'ever' ? '' : `; kept with ${amount(settings.keep)}`
  return `From ${what}${periodPhrase(settings.period)}${keep}.`
}

function periodPhrase(period: TierPeriod | undefined): string {
  if (!period || period.kind === 'ever') return ', for good'
  return period.kind === 'rolling' ? ` in the last ${formatCount(period.days)} days` : ' in a calendar year'
}

const periodOf = ({ period }: TierSettings) => period?.kind ?? 'ever'

function TierDialog({ tier, opened, close }: { tier: Tier; opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const { currency } = useSession().tenant
  const [name, setName] = useState(tier.name)
  const [threshold, setThreshold] = useState<number | undefined>(tier.threshold)
  const [settings, setSettings] = useState(tier.settings)
  const set = (next: Partial<TierSettings>) => setSettings(withoutNothing({ ...settings, ...next }))
  const save = useMutation({
    mutationFn: () => patch<Tier>(`/tiers/${tier.id}`, { name, threshold: threshold ?? 0, settings }),
    onSuccess: async () => {
      close()
      tell('Saved.')
      await queryClient.invalidateQueries({ queryKey: tiersQuery.queryKey })
      await queryClient.invalidateQueries({ queryKey: ['customer'] })
    },
  })
  const bySpend = settings.measure === 'spend'
  const scale = bySpend ? moneyDigits(currency) : 0
  const unit = bySpend ? `spent, in ${currency}` : 'points'
  return (
    <FormModal
      title={`Edit ${tier.name}`}
      opened={opened}
      close={close}
      submitLabel="Save"
      busy={save.isPending}
      problem={save.error}
      disabled={name.trim() === ''}
      submit={() => save.mutate()}
    >
      <TextInput
        label="Name"
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fieldError(save.error, 'name')}
      />
      <Switch
        label="Only given by hand"
        checked={settings.manual ?? false}
        onChange={(event) => set({ manual: event.currentTarget.checked || undefined })}
      />
      {!settings.manual && (
        <>
          <div className={editor.fields}>
            <Select
              label="What counts"
              allowDeselect={false}
              data={[
                { value: 'points', label: 'Points earned' },
                { value: 'spend', label: 'Money spent' },
              ]}
              value={settings.measure ?? 'points'}
              onChange={(measure) => set({ measure: measure === 'spend' ? 'spend' : undefined })}
            />
            <ScaledInput label={`Begins at, ${unit}`} scale={scale} value={threshold} change={setThreshold} />
          </div>
          <PeriodFields settings={settings} set={set} />
          {periodOf(settings) !== 'ever' && (
            <ScaledInput
              label={`Kept with, ${unit}`}
              placeholder="As much as it takes to reach it"
              scale={scale}
              value={settings.keep}
              change={(keep) => set({ keep })}
            />
          )}
        </>
      )}
      <NumberInput
        label="Off every purchase"
        description="Where the till asks for the discount of the tier."
        placeholder="Nothing"
        hideControls
        suffix="%"
        min={0}
        max={100}
        decimalScale={2}
        value={settings.discount_percent ?? ''}
        onChange={(percent) => set({ discount_percent: percent === '' ? undefined : Number(percent) })}
      />
      <TextInput
        label="What customers read about it"
        value={settings.description ?? ''}
        onChange={(event) => set({ description: event.currentTarget.value || undefined })}
      />
    </FormModal>
  )
}

interface PeriodFieldsProps {
  readonly settings: TierSettings
  readonly set: (next: Partial<TierSettings>) => void
}

function PeriodFields({ settings, set }: PeriodFieldsProps) {
  const { period } = settings
  const periods: Readonly<Record<string, TierPeriod | undefined>> = {
    ever: undefined,
    calendar_year: { kind: 'calendar_year' },
    rolling: { kind: 'rolling', days: 365 },
  }
  return (
    <div className={editor.fields}>
      <Select
        label="In which time"
        allowDeselect={false}
        data={[
          { value: 'ever', label: 'Ever, for good' },
          { value: 'calendar_year', label: 'A calendar year' },
          { value: 'rolling', label: 'The last days' },
        ]}
        value={periodOf(settings)}
        onChange={(kind) => set({ period: periods[kind ?? 'ever'] })}
      />
      {period?.kind === 'rolling' && (
        <WholeInput
          label="Days"
          min={1}
          max={3660}
          value={period.days}
          change={(days = 1) => set({ period: { kind: 'rolling', days } })}
        />
      )}
    </div>
  )
}
