/**
 * Devices, behaviour events, carts and wish lists.
 * Invariants: an event is answered after its commit; a device is always somebody's, if only an anonymous customer's;
 * an event stays with the customer it was recorded for, and readers follow merges, so that undoing one gives it back.
 */
export {
  attachDevice,
  ensureDevice,
  findDevice,
  forgetDevice,
  getDevice,
  listDevices,
  noteDeviceSeen,
  setPushToken,
} from './devices.ts'
export { listOwnEvents, recordOwnEvent } from './records.ts'
export {
  changeCollection,
  forgetBehaviour,
  getCollection,
  listEvents,
  type MovedCollections,
  maintainEvents,
  moveCollections,
  recentProducts,
  recordEvents,
  restoreCollections,
} from './service.ts'
export {
  type BehaviourEvent,
  type BehaviourType,
  behaviourTypes,
  type CollectedItem,
  type CollectionChange,
  type CollectionKind,
  type Device,
  type DeviceId,
  type EventCursor,
  type EventId,
  type EventInput,
  type EventRecord,
  type EventRecordInput,
  type EventRecordQuery,
} from './types.ts'
