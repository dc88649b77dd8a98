import { Button } from '@mantine/core'
import { IconGift, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { rewardsQuery } from '../../api/loyalty-queries.ts'
import type { Reward } from '../../api/loyalty-types.ts'
import { formatCount, formatMoney } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { Card, Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, focusFirstRow, rowLink, Table } from '../../components/table.tsx'
import { CodePools } from './code-pools.tsx'
import { useNames } from './names.ts'
import classes from './page.module.css'
import { StateFilter } from './rules-page.tsx'
import { runsPhrase, StateTag } from './state.tsx'
import { benefitSentence, conditionSentence, type Names, usageWords } from './words.ts'

export function RewardsPage() {
  const filter = useSearch({ from: '/app/loyalty/rewards' })
  const navigate = useNavigate({ from: '/loyalty/rewards' })
  const query = useInfiniteQuery(rewardsQuery(filter))
  const names = useNames()
  const may = useMay('loyalty')
  const change = (changes: typeof filter) => void navigate({ search: { ...filter, ...changes }, replace: true })
  const create = may && (
    <Button component={Link} to="/loyalty/rewards/new" leftSection={<IconPlus size={16} />}>
      New reward
    </Button>
  )
  return (
    <Page title="Rewards" note="What makes a basket cheaper: by itself, with a code, with a voucher." actions={create}>
      <div className={classes.bar}>
        <SearchField
          label="Name of a reward"
          value={filter.q ?? ''}
          onSearch={(q) => change({ q: q || undefined })}
          onKeyDown={focusFirstRow}
        />
        <StateFilter state={filter.state} change={(state) => change({ state })} />
      </div>
      <div className={classes.sections}>
        <Card flush>
          <Table
            label="Rewards"
            query={query}
            columns={columnsFor(names)}
            keyOf={(reward) => reward.id}
            empty={
              filter.q || filter.state ? (
                <Empty icon={<IconGift size={20} />} title="No reward fits these filters" />
              ) : (
                <Empty icon={<IconGift size={20} />} title="No reward yet" action={create}>
                  Ten percent off from 50 euros, the third one free, a coffee for 100 points.
                </Empty>
              )
            }
          />
        </Card>
        <CodePools />
      </div>
    </Page>
  )
}

function columnsFor(names: Names): Column<Reward>[] {
  return [
    {
      name: 'Reward',
      show: (reward) => (
        <Link to="/loyalty/rewards/$rewardId" params={{ rewardId: String(reward.id) }} className={rowLink}>
          <span className={classes.two}>
            <b>{reward.name}</b>
            <span className={classes.note}>{giftSentence(reward, names)}</span>
          </span>
        </Link>
      ),
    },
    {
      name: 'How',
      width: '42%',
      onPhone: false,
      show: (reward) => (
        <span className={classes.when}>
          {howPhrase(reward)}
          <span className={classes.note}>{whenPhrase(reward, names)}</span>
        </span>
      ),
    },
    { name: 'State', width: '104px', show: (reward) => <StateTag thing={reward} /> },
  ]
}

/** A gift card pays; it makes nothing cheaper. */
export function giftSentence({ kind, definition }: Pick<Reward, 'kind' | 'definition'>, names: Names): string {
  const { benefit } = definition
  if (kind !== 'gift_card' || benefit.kind !== 'amount') return benefitSentence(definition, names)
  return `${formatMoney(benefit.amount_minor, names.currency)} to pay with`
}

/** "With a voucher, for 100 points". */
export function howPhrase({
  usage,
  kind,
  points_cost: cost,
  code,
}: Pick<Reward, 'usage' | 'kind' | 'points_cost' | 'code'>): string {
  if (kind === 'gift_card') return 'Gift card'
  const how =
    usage === 'code'
      ? `With the code ${code}`
      : `${usageWords[usage].charAt(0).toUpperCase()}${usageWords[usage].slice(1)}`
  return cost > 0 ? `${how}, for ${formatCount(cost)} points` : how
}

function whenPhrase(reward: Reward, names: Names): string {
  const conditions = reward.definition.conditions.map((condition) => conditionSentence(condition, names))
  return [...conditions, runsPhrase(reward)].filter(Boolean).join(' · ')
}
