import { ActionIcon, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { useState } from 'react'
import { term } from '../../app/format.ts'
import { Copy } from '../../components/copy.tsx'
import { type Credential, isSecret } from './apis.ts'
import classes from './page.module.css'

/** Secrets stay covered until asked for, so that a screen can be shared. */
export function CredentialRow({ name, value }: Credential) {
  const secret = isSecret(name)
  const [shown, setShown] = useState(!secret)
  const label = term(name.replaceAll('.', ', '))
  return (
    <div className={classes.credential}>
      <dt>{label}</dt>
      <dd className="mono">{shown ? <Breaking text={value} /> : '•'.repeat(12)}</dd>
      <dd className={classes.tools}>
        {secret && (
          <Tooltip label={shown ? 'Hide' : 'Show'}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`${shown ? 'Hide' : 'Show'} ${label}`}
              onClick={() => setShown(!shown)}
            >
              {shown ? <IconEyeOff size={17} stroke={1.7} /> : <IconEye size={17} stroke={1.7} />}
            </ActionIcon>
          </Tooltip>
        )}
        <Copy value={value} label={`Copy ${label}`} />
      </dd>
    </div>
  )
}

/** An address breaks after a slash; where it breaks on its own, a hyphen ends a line and looks like part of neither. */
function Breaking({ text }: { text: string }) {
  return text.split(/(?<=[^/:]\/)/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change places
    <span key={index} className={classes.part}>
      {part}
    </span>
  ))
}
