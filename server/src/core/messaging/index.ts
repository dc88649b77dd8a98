// Messages to people and what became of each.
// Invariants: a key is sent once; permission is read in the transaction that sends; each recipient's state is a row.
export {
  deliverWaiting,
  forgetMessages,
  getMessage,
  listMessages,
  moveMessages,
  restoreMessages,
  type SendMessage,
  sendMessage,
} from './service.ts'
export type * from './types.ts'
