import { ActionIcon, Tooltip } from '@mantine/core'
import { IconEye, IconEyeOff } from '@tabler/icons-react'
import { useState } from 'react'
import { sentence } from '../../app/format.ts'
import { Copy } from '../../components/copy.tsx'
import { type Credential, isSecret } from './apis.ts'
import classes from './page.module.css'

/** Secrets stay covered until asked for, so that a screen can be shared. */
export function CredentialRow({ name, value }: Credential) {
  const secret = isSecret(name)
  const [shown, setShown] = useState(!secret)
  const label = sentence(name.replaceAll('.', ', ')).replace(/\b(url|id|api)\b/gi, (word) => word.toUpperCase())
  return (
    <div className={classes.credential}>
      <dt>{label}</dt>
      <dd className="mono">{shown ? value : '•'.repeat(12)}</dd>
      <span className={classes.tools}>
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
      </span>
    </div>
  )
}
