// What a backup has to carry, asked from the catalog: a table added by a migration is in the next backup by itself.
import pg from 'pg'
import { readApplied } from '../migrate.ts'
import { formatVersion, type Header, type SequenceState, type Table } from './format.ts'

// Both record migrations; the header carries what matters of them.
const notCarried = `('schema_migrations', 'migrations')`
const ourSchemas = `('public', 'graphile_worker')`

/** Partitioned tables stand for their partitions. */
export async function listTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ${ourSchemas} and c.relname not in ${notCarried}
      order by n.nspname desc, c.relname`,
  )
  return rows
}

/** Generated columns are computed again. */
export async function listColumns(client: pg.Client, table: Table): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = format('%I.%I', $1::text, $2::text)::regclass and attnum > 0 and not attisdropped and attgenerated = ''
      order by attnum`,
    [table.schema, table.name],
  )
  return rows.map((row) => row.name)
}

export async function listSequences(client: pg.Client): Promise<SequenceState[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'S' and n.nspname in ${ourSchemas} order by 1, 2`,
  )
  const states: SequenceState[] = []
  for (const { schema, name } of rows) {
    const path = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`
    const state = await client.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${path}`,
    )
    for (const row of state.rows) states.push({ schema, name, ...row })
  }
  return states
}

export async function readHeader(client: pg.Client, tables: number): Promise<Header> {
  const { rows } = await client.query<{ at: Date; next: string; queue: number }>(
    `select now() as at, pg_snapshot_xmax(pg_current_snapshot())::text as next,
      (select max(id) from graphile_worker.migrations) as queue`,
  )
  const [moment] = rows
  if (!moment) throw new Error('cannot be: a query without a table answered no row')
  return {
    regulars: 'backup',
    format: formatVersion,
    createdAt: moment.at.toISOString(),
    migrations: await readApplied(client),
    jobQueue: moment.queue,
    nextTransaction: moment.next,
    partitions: await listPartitions(client),
    tables,
  }
}

async function listPartitions(client: pg.Client): Promise<Header['partitions']> {
  const { rows } = await client.query<{ name: string; parent: string; bound: string }>(
    `select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
      join pg_namespace n on n.oid = c.relnamespace
      where c.relispartition and c.relkind = 'r' and n.nspname = 'public' order by c.relname`,
  )
  return rows
}

export type ForeignKey = { readonly table: string; readonly name: string; readonly definition: string }

/** Those of partitions follow their parent's. */
export async function listForeignKeys(client: pg.Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select c.conrelid::regclass::text as table, quote_ident(c.conname) as name, pg_get_constraintdef(c.oid) as definition
      from pg_constraint c join pg_namespace n on n.oid = c.connamespace
      where c.contype = 'f' and c.conparentid = 0 and n.nspname in ${ourSchemas} order by 1, 2`,
  )
  return rows
}
