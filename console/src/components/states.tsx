import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconMapPinOff } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { ApiProblem } from '../api/client.ts'
import classes from './states.module.css'

interface EmptyProps {
  readonly icon: ReactNode
  readonly title: string
  readonly children?: ReactNode
  readonly action?: ReactNode
}

/** Says what would be here, and how it gets here. */
export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <span className={classes.icon}>{icon}</span>
      <strong className={classes.title}>{title}</strong>
      {children && <p className={classes.text}>{children}</p>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  )
}

export function Failed({ problem, retry }: { problem: unknown; retry?: () => void }) {
  if (problem instanceof ApiProblem && problem.status === 404) return <Missing />
  const message = problem instanceof Error ? problem.message : 'Something went wrong.'
  const code = problem instanceof ApiProblem && problem.status > 0 ? `${problem.status} · ${problem.code}` : undefined
  return (
    <div className={classes.empty} role="alert">
      <span className={`${classes.icon} ${classes.bad}`}>
        <IconAlertTriangle size={20} />
      </span>
      <strong className={classes.title}>This did not load</strong>
      <p className={classes.text}>{message}</p>
      {code && <p className={`${classes.text} mono`}>{code}</p>}
      {retry && (
        <div className={classes.action}>
          <Button variant="default" size="xs" onClick={retry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  )
}

/** Asking again would not bring it back. */
function Missing() {
  return (
    <Empty icon={<IconMapPinOff size={20} />} title="There is no such thing here">
      It was deleted, or the address has a slip in it.
    </Empty>
  )
}

export function PageLoading() {
  return (
    <div className={classes.page} role="status">
      <span className="visually-hidden">Loading</span>
      <Skeleton height={28} width={180} mb={28} />
      <Skeleton height={260} radius="lg" mb={20} />
      <Skeleton height={160} radius="lg" />
    </div>
  )
}

export function PageFailed({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div className={classes.page}>
      <Failed problem={error} retry={retry} />
    </div>
  )
}
