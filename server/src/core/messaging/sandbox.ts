import type { MessageProvider } from './types.ts'

/** Nothing leaves the house: the row itself is the outbox that tests and the console read. */
export const sandboxProvider: MessageProvider = { name: 'sandbox', deliver: async () => {} }
