export { checkpointsOf } from './checkpointsOf';
export { folderStore, type FolderStoreOptions } from './folderStore';
export { lockFolder, type FolderLock } from './lockFolder';
