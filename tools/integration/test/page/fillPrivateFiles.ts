export { fill as main } from './onPrivateFiles';
