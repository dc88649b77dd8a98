// Messages to people and what became of each.
// The forms of a list and their double opt-in.
// Invariants: a key is sent once; permission is read in the transaction that sends; each recipient's state is a row.
export {
  type AskToConfirm,
  askToConfirm,
  type ConfirmedOptIn,
  confirmByLink,
  createForm,
  deleteForm,
  getForm,
  listForms,
  type OptInForm,
} from './opt-in.ts'
export {
  deliverWaiting,
  forgetMessages,
  getMessage,
  listMessages,
  moveMessages,
  pageMessages,
  restoreMessages,
  type SendMessage,
  sendMessage,
} from './service.ts'
export { fillTemplate, findTemplate, listTemplates, type SendTemplate, sendTemplate } from './templates.ts'
export type * from './types.ts'
