import type { Id } from '../../platform/ids.ts'
import type { SendPurpose } from '../consent/index.ts'
import type { CustomerId } from '../customers/index.ts'

export type MessageId = Id<'message'>
export type MessageChannel = 'email' | 'sms' | 'push'
/** waiting for its turn; refused: not allowed at the moment of sending; failed: the provider gave up. */
export type MessageState = 'waiting' | 'sent' | 'refused' | 'failed'

export interface Message {
  readonly id: MessageId
  readonly key: string
  readonly channel: MessageChannel
  readonly purpose: SendPurpose
  readonly customerId: CustomerId | null
  readonly listId: number | null
  /** The reference item of kind message_template that it was made of. */
  readonly templateId: number | null
  readonly to: string
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly state: MessageState
  /** Why it was refused or failed. */
  readonly reason: string | null
  readonly provider: string | null
  readonly createdAt: Date
  readonly sentAt: Date | null
}

/** A text with {{names}} to be filled in. */
export interface MessageTemplate {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly channel: MessageChannel
  readonly purpose: SendPurpose
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  readonly updatedAt: Date
}

/** The outside world: hands a message over or throws `DeliveryFailure`. */
export interface MessageProvider {
  readonly name: string
  deliver(message: Message): Promise<void>
}
