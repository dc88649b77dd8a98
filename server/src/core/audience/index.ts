// Lists with the state of each membership, tags, and static segments.
// Invariants: active means confirmed, not left and not bounced; whoever left by their own act comes back only by their own
// act; becoming active states a bulk e-mail subscription, being active nowhere any more takes it back.
export {
  type CustomerFilter,
  type FilterField,
  type FilterRule,
  type FilterTest,
  filterMembers,
} from './filter-views.ts'
export { clearList, createList, deleteList, findList, getList, type ListInput, listLists, updateList } from './lists.ts'
export {
  confirmMember,
  getMember,
  leaveList,
  membershipsOf,
  type PersonalAct,
  type PutMembers,
  type PutMode,
  type PutResult,
  putMember,
  putMembers,
  removeMembers,
} from './members.ts'
export { forgetAudience, type MovedAudience, moveAudience, restoreAudience } from './merge.ts'
export { isActive } from './rules.ts'
export {
  addToSegment,
  createSegment,
  deleteSegment,
  getSegment,
  isInSegment,
  listSegmentMembers,
  listSegmentRecords,
  listSegments,
  removeFromSegment,
  renameSegment,
  segmentRecordsOf,
  segmentsAmong,
  segmentsOf,
} from './segments.ts'
export { findMember } from './store.ts'
export type { TagCount, TagOf } from './tag-store.ts'
export { changeTags, listTags, removeTagsByPrefix, tagsOf } from './tags.ts'
export type * from './types.ts'
export { listMembers, listStats, type MemberQuery, memberIds } from './views.ts'
