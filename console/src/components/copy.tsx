import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

interface CopyProps {
  readonly value: string
  readonly label: string
  /** With the word beside the icon. */
  readonly text?: boolean
}

export function Copy({ value, label, text = false }: CopyProps) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => {
        const icon = copied ? <IconCheck size={17} stroke={2} /> : <IconCopy size={17} stroke={1.7} />
        if (text) {
          return (
            <Button variant="default" size="compact-sm" leftSection={icon} onClick={copy}>
              {copied ? 'Copied' : label}
            </Button>
          )
        }
        return (
          <Tooltip label={copied ? 'Copied' : 'Copy'}>
            <ActionIcon variant="subtle" color={copied ? 'pine' : 'gray'} aria-label={label} onClick={copy}>
              {icon}
            </ActionIcon>
          </Tooltip>
        )
      }}
    </CopyButton>
  )
}
