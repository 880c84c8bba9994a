import { BackendError } from '@bnrnn/core';
import type { BackendProbe } from './backend';
import type { OptionalPackage } from './optionalPackage';

/** The tfjs version that this package is tested with. */
const tfjsVersion = '4.22.0';

/** What a probe says of an optional package: `found` where it loads, otherwise what is missing. */
export function probePackage<Module>(
  packageName: string,
  found: OptionalPackage<Module>,
  available: (module: Module) => BackendProbe,
): BackendProbe {
  if ('module' in found) return available(found.module);
  return {
    available: false,
    details: `needs ${packageName}`,
    ...whatIsMissing(packageName, found),
    ...(found.missing === 'not installed' && { absent: true }),
  };
}

/** @throws BackendError saying what is missing. */
export function expectPackage<Module>(
  backend: string,
  packageName: string,
  found: OptionalPackage<Module>,
): Module {
  if ('module' in found) return found.module;
  const { reason, fix } = whatIsMissing(packageName, found);
  throw new BackendError(`The backend "${backend}" cannot start: ${reason}`, {
    hint: fix,
    cause: found.cause,
  });
}

function whatIsMissing(
  packageName: string,
  { missing, cause }: { missing: 'not installed' | 'not loadable'; cause: Error },
): { reason: string; fix: string } {
  const isOurs = packageName.startsWith('@bnrnn/');
  const install = `npm install ${packageName}${isOurs ? '' : `@${tfjsVersion}`}`;
  if (missing === 'not installed') {
    return { reason: `The package ${packageName} is not installed.`, fix: install };
  }
  const firstLine = cause.message.split('\n')[0] ?? '';
  return {
    reason: `The package ${packageName} is installed but its native addon does not load: ${firstLine}`,
    fix: `npm rebuild ${packageName} --build-addon-from-source`,
  };
}
