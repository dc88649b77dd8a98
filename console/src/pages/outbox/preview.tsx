import { SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Message } from '../../api/types.ts'
import { formatDateTime, sentence } from '../../app/format.ts'
import { Tag } from '../../components/tag.tsx'
import classes from './preview.module.css'

/**
 * The frame may do nothing: no scripts, no forms, no way to us, and its own policy loads nothing from outside, so that
 * looking at a message never tells its tracking pixel.
 */
const framePolicy =
  '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'; img-src data:">'

const tones = { waiting: 'plain', sent: 'brand', refused: 'points', failed: 'bad' } as const

export function Preview({ message }: { message: Message }) {
  const [shown, setShown] = useState(message.html ? 'html' : 'text')
  const headers = Object.entries(message.headers ?? {})
  const views = [
    ...(message.html ? [{ value: 'html', label: 'Message' }] : []),
    { value: 'text', label: 'Plain text' },
    ...(headers.length > 0 ? [{ value: 'headers', label: 'Headers' }] : []),
  ]
  return (
    <article className={classes.preview}>
      <header className={classes.head}>
        <h2 className={classes.subject}>{message.subject ?? sentence(message.channel)}</h2>
        <p className={classes.facts}>
          <span>
            To <b>{message.to}</b>
          </span>
          <span>{formatDateTime(message.created_at)}</span>
          <Tag tone={tones[message.state]}>{sentence(message.state)}</Tag>
        </p>
        {message.reason && <p className={classes.reason}>{sentence(message.reason)}</p>}
        {message.customer_id !== null && (
          <Link to="/customers/$customerId" params={{ customerId: String(message.customer_id) }} className="link small">
            Open the customer
          </Link>
        )}
        {views.length > 1 && (
          <SegmentedControl
            aria-label="View"
            size="xs"
            withItemsBorders={false}
            data={views}
            value={shown}
            onChange={setShown}
          />
        )}
      </header>
      {shown === 'html' && message.html && (
        <iframe
          className={classes.frame}
          title="The message as its reader sees it"
          sandbox=""
          srcDoc={framePolicy + message.html}
        />
      )}
      {shown === 'text' && <Text message={message} />}
      {shown === 'headers' && (
        <dl className={classes.headers}>
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </article>
  )
}

function Text({ message }: { message: Message }) {
  if (message.channel === 'email') return <pre className={classes.plain}>{message.text ?? 'No plain text part.'}</pre>
  return (
    <div className={classes.phone}>
      <p className={classes.bubble}>{message.text}</p>
    </div>
  )
}
