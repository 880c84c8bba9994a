import { parseTransitionModel, type TransitionModel } from '../../transitions/transitionModel';
import { parseFile } from '../bytes/parseFile';

/**
 * `parseTransitionModel` of a file, packed or not.
 *
 * @throws DataError when it cannot be read, is no such model or is cut off.
 */
export function readTransitionModel(path: string): Promise<TransitionModel> {
  return parseFile(path, parseTransitionModel);
}
