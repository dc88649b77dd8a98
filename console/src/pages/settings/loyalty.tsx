import { IconBuildingStore, IconCoins, IconGift } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { programmesQuery, storesQuery, unitsQuery } from '../../api/queries.ts'
import type { Programme, Unit } from '../../api/types.ts'
import { sentence } from '../../app/format.ts'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { Tag } from '../../components/tag.tsx'
import classes from './page.module.css'

/** What value there is, which rules give it out, and where. */
export function Loyalty() {
  return (
    <div className={classes.stack}>
      <Card title="Programmes" flush>
        <Table
          label="Programmes"
          query={useInfiniteQuery(programmesQuery)}
          columns={programmeColumns}
          keyOf={(programme) => programme.id}
          empty={<Empty icon={<IconGift size={20} />} title="No programme yet" />}
        />
      </Card>
      <Card title="Units" flush>
        <Table
          label="Units"
          query={useInfiniteQuery(unitsQuery)}
          columns={unitColumns}
          keyOf={(unit) => unit.id}
          empty={<Empty icon={<IconCoins size={20} />} title="No unit of value yet" />}
        />
      </Card>
      <Card title="Stores" flush>
        <Table
          label="Stores"
          query={useInfiniteQuery(storesQuery)}
          columns={storeColumns}
          keyOf={(store) => store.id}
          empty={<Empty icon={<IconBuildingStore size={20} />} title="No store yet" />}
        />
      </Card>
    </div>
  )
}

const programmeColumns: Column<Programme>[] = [
  { name: 'Programme', width: '45%', show: (programme) => <b className={classes.two}>{programme.name}</b> },
  { name: 'Kind', show: (programme) => <span className="muted">{sentence(programme.kind)}</span> },
  {
    name: 'State',
    width: '150px',
    show: (programme) => (
      <>
        {programme.state && (
          <Tag tone={programme.state === 'active' ? 'brand' : 'plain'}>{sentence(programme.state)}</Tag>
        )}{' '}
        {programme.is_default && <Tag>Default</Tag>}
      </>
    ),
  },
]

const unitColumns: Column<Unit>[] = [
  { name: 'Unit', width: '45%', show: (unit) => <b className={classes.two}>{unit.name}</b> },
  { name: 'Code', show: (unit) => <span className="mono muted">{unit.code}</span> },
  { name: 'Kind', width: '150px', show: (unit) => <span className="muted">{sentence(unit.kind)}</span> },
]

const storeColumns: Column<{ id: number; code: string | null; name: string }>[] = [
  { name: 'Store', width: '45%', show: (store) => <b className={classes.two}>{store.name}</b> },
  { name: 'Code', show: (store) => <span className="mono muted">{store.code}</span> },
]
