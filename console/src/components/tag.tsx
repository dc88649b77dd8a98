import type { ReactNode } from 'react'
import classes from './tag.module.css'

interface TagProps {
  readonly tone?: 'plain' | 'brand' | 'points' | 'bad'
  readonly children: ReactNode
}

/** A short word about a thing: its state, its tier, a label. */
export function Tag({ tone = 'plain', children }: TagProps) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  )
}
