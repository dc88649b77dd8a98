import { Button, SegmentedControl } from '@mantine/core'
import { IconPlus, IconSparkles } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { rulesQuery } from '../../api/loyalty-queries.ts'
import type { Rule } from '../../api/loyalty-types.ts'
import { useMay } from '../../app/session.ts'
import { Card, Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, focusFirstRow, rowLink, Table } from '../../components/table.tsx'
import { useNames } from './names.ts'
import classes from './page.module.css'
import { runsPhrase, StateTag } from './state.tsx'
import { conditionSentence, earningSentence, type Names } from './words.ts'

export function RulesPage() {
  const filter = useSearch({ from: '/app/loyalty/rules' })
  const navigate = useNavigate({ from: '/loyalty/rules' })
  const query = useInfiniteQuery(rulesQuery(filter))
  const names = useNames()
  const may = useMay('loyalty')
  const change = (changes: typeof filter) => void navigate({ search: { ...filter, ...changes }, replace: true })
  const create = may && (
    <Button component={Link} to="/loyalty/rules/new" leftSection={<IconPlus size={16} />}>
      New rule
    </Button>
  )
  return (
    <Page title="Rules" note="What purchases earn on top of the programme." actions={create}>
      <div className={classes.bar}>
        <SearchField
          label="Name of a rule"
          value={filter.q ?? ''}
          onSearch={(q) => change({ q: q || undefined })}
          onKeyDown={focusFirstRow}
        />
        <StateFilter state={filter.state} change={(state) => change({ state })} />
      </div>
      <Card flush>
        <Table
          label="Rules"
          query={query}
          columns={columnsFor(names)}
          keyOf={(rule) => rule.id}
          empty={
            filter.q || filter.state ? (
              <Empty icon={<IconSparkles size={20} />} title="No rule fits these filters" />
            ) : (
              <Empty icon={<IconSparkles size={20} />} title="No rule yet" action={create}>
                Double points on a weekend, a bonus for a birthday: try it on a basket and on past purchases before it
                goes live.
              </Empty>
            )
          }
        />
      </Card>
    </Page>
  )
}

interface StateFilterProps {
  readonly state: string | undefined
  readonly change: (state: string | undefined) => void
}

export function StateFilter({ state, change }: StateFilterProps) {
  return (
    <SegmentedControl
      aria-label="State"
      withItemsBorders={false}
      className={classes.states}
      data={[
        { value: '', label: 'All' },
        { value: 'active', label: 'On' },
        { value: 'draft', label: 'Drafts' },
        { value: 'paused', label: 'Paused' },
      ]}
      value={state ?? ''}
      onChange={(next) => change(next || undefined)}
    />
  )
}

function columnsFor(names: Names): Column<Rule>[] {
  return [
    {
      name: 'Rule',
      show: (rule) => (
        <Link to="/loyalty/rules/$ruleId" params={{ ruleId: String(rule.id) }} className={rowLink}>
          <span className={classes.two}>
            <b>{rule.name}</b>
            <span className={classes.note}>{earningSentence(rule.definition, rule.unit, names)}</span>
          </span>
        </Link>
      ),
    },
    {
      name: 'When',
      width: '46%',
      onPhone: false,
      show: (rule) => (
        <span className={classes.when}>
          {rule.definition.conditions.length === 0
            ? 'Always'
            : rule.definition.conditions.map((condition) => conditionSentence(condition, names)).join(' · ')}
          {runsPhrase(rule) && <span className={classes.note}>{runsPhrase(rule)}</span>}
        </span>
      ),
    },
    { name: 'State', width: '104px', show: (rule) => <StateTag thing={rule} /> },
  ]
}
