/**
 * Pictures that belong to a customer. Invariants: a customer has one of a purpose, the newest; what is stored is a picture,
 * whatever its sender called it; an erased customer has none.
 */
export {
  type FileId,
  findFile,
  forgetFiles,
  moveFiles,
  pictureKind,
  pictureOf,
  putPicture,
  restoreFiles,
} from './service.ts'
