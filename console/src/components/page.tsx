import type { ReactNode } from 'react'
import { useEffect } from 'react'
import classes from './page.module.css'

interface PageProps {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  /** On a phone the actions take a line of their own. */
  readonly wideActions?: boolean
  /** A way back, over the heading. */
  readonly above?: ReactNode
  readonly children: ReactNode
  /** When the page draws a heading of its own. */
  readonly bare?: boolean
}

/** Heading, actions and the width that every page shares. */
export function Page({ title, note, actions, wideActions = false, above, children, bare = false }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Regulars`
  }, [title])
  return (
    <div className={classes.page}>
      {above}
      {!bare && (
        <header className={classes.header}>
          <div className={classes.title}>
            <h1>{title}</h1>
            {note && <div className={classes.note}>{note}</div>}
          </div>
          {actions && <div className={`${classes.actions} ${wideActions ? classes.wide : ''}`}>{actions}</div>}
        </header>
      )}
      {children}
    </div>
  )
}

/** The class of a link `above` that leads back. */
export const backLink = classes.back ?? ''

interface CardProps {
  readonly title?: ReactNode
  readonly aside?: ReactNode
  readonly children: ReactNode
  readonly flush?: boolean
  readonly className?: string
}

export function Card({ title, aside, children, flush = false, className = '' }: CardProps) {
  return (
    <section className={`${classes.card} ${className}`}>
      {(title || aside) && (
        <div className={classes.cardHeader}>
          {title && <h2>{title}</h2>}
          {aside && <div className={classes.aside}>{aside}</div>}
        </div>
      )}
      <div className={flush ? undefined : classes.cardBody}>{children}</div>
    </section>
  )
}
