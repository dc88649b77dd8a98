import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react'
import { changeOf, formatChange } from '../app/format.ts'
import classes from './change.module.css'

interface ChangeProps {
  readonly now: number
  readonly before: number
}

/** By how much a figure differs from the period before. */
export function Change({ now, before }: ChangeProps) {
  const change = changeOf(now, before)
  if (change === undefined) return <span className={classes.change}>{now === 0 ? 'no change' : 'new'}</span>
  const text = formatChange(change)
  if (Math.abs(change) < 0.0005) return <span className={classes.change}>no change</span>
  const up = change > 0
  return (
    <span className={classes.change} data-up={up}>
      {up ? <IconArrowUpRight size={14} stroke={2.2} /> : <IconArrowDownRight size={14} stroke={2.2} />}
      <span className="visually-hidden">{up ? 'up' : 'down'}</span>
      {text}
    </span>
  )
}
