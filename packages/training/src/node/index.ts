export { checkpointsOf } from './checkpointsOf';
export { folderStore, type FolderStoreOptions } from './folderStore';
export { lockFolder } from './lockFolder';
export { writeFileSafely } from './writeFileSafely';
