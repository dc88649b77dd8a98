import { ActionIcon, Button, CopyButton, Menu, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowsJoin, IconCoins, IconDots, IconDownload, IconEraser, IconPencil } from '@tabler/icons-react'
import type { Customer } from '../../api/types.ts'
import { formatDate } from '../../app/format.ts'
import { customerName, nameOf } from '../../app/names.ts'
import { useMay } from '../../app/session.ts'
import { CustomerAvatar } from '../../components/customer-avatar.tsx'
import { Tag } from '../../components/tag.tsx'
import classes from './page.module.css'

export type CustomerDialog = 'adjust' | 'edit' | 'merge' | 'export' | 'erase'

interface CustomerHeaderProps {
  readonly customer: Customer
  readonly open: (dialog: CustomerDialog) => void
}

export function CustomerHeader({ customer, open }: CustomerHeaderProps) {
  const name = customerName(customer)
  const tier = nameOf(customer.tier)
  const erased = customer.state === 'erased'
  const mayEdit = useMay('customers')
  const mayMoveValue = useMay('value')
  return (
    <header className={classes.header}>
      <CustomerAvatar customer={customer} size={60} />
      <div className={classes.title}>
        <div className={classes.titleLine}>
          <h1>{name}</h1>
          {tier && <Tag tone="points">{tier}</Tag>}
          {customer.state === 'anonymous' && <Tag>Anonymous</Tag>}
          {erased && <Tag tone="bad">Erased</Tag>}
          {customer.tags.map((tag) => (
            <Tag key={tag}>{tag}</Tag>
          ))}
        </div>
        <div className={classes.facts}>
          {customer.email && customer.email !== name && <span>{customer.email}</span>}
          {customer.phone && customer.phone !== name && <span className="number">{customer.phone}</span>}
          <Code code={customer.code} />
          <span className="faint">since {formatDate(customer.created_at)}</span>
        </div>
      </div>
      <div className={classes.actions}>
        {!erased && mayMoveValue && (
          <Button leftSection={<IconCoins size={17} stroke={1.8} />} onClick={() => open('adjust')}>
            Adjust points
          </Button>
        )}
        {!erased && mayEdit && (
          <Button variant="default" leftSection={<IconPencil size={16} stroke={1.8} />} onClick={() => open('edit')}>
            Edit
          </Button>
        )}
        <MoreActions erased={erased} open={open} />
      </div>
    </header>
  )
}

function Code({ code }: { code: string }) {
  return (
    <CopyButton value={code}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy the code'}>
          <UnstyledButton className={classes.code} onClick={copy} aria-label={`Copy the code ${code}`}>
            {code}
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  )
}

function MoreActions({ erased, open }: { erased: boolean; open: (dialog: CustomerDialog) => void }) {
  const mayMerge = useMay('customers')
  const mayErase = useMay('erase')
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="More actions">
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!erased && mayMerge && (
          <Menu.Item leftSection={<IconArrowsJoin size={16} stroke={1.8} />} onClick={() => open('merge')}>
            Merge into another
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconDownload size={16} stroke={1.8} />} onClick={() => open('export')}>
          Export all data
        </Menu.Item>
        {!erased && mayErase && (
          <>
            <Menu.Divider />
            <Menu.Item
              color="var(--bad)"
              leftSection={<IconEraser size={16} stroke={1.8} />}
              onClick={() => open('erase')}
            >
              Erase the person
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
