export { checkpointsOf } from './checkpointsOf';
export { reasonOf } from './errorCode';
export { folderStore, type FolderStoreOptions } from './folderStore';
export { lockFolder } from './lockFolder';
export { writeFileSafely } from './writeFileSafely';
