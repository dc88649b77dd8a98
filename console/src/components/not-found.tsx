import { IconMapPinOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Empty } from './states.tsx'

export function NotFound() {
  return (
    <Empty
      icon={<IconMapPinOff size={20} />}
      title="There is nothing at this address"
      action={
        <Link to="/" className="link">
          Go to the dashboard
        </Link>
      }
    />
  )
}
