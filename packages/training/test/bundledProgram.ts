import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, defaultServerConditions } from 'vite';
import { afterAll, beforeAll } from 'vitest';

/**
 * A program of this folder, bundled from the sources before the tests of a file so that Node can start it.
 *
 * @param source  without its extension, e.g. `./killedRun`.
 * @returns       the file that is there while the tests run.
 */
export function bundledProgram(source: string): string {
  // Inside the package, so that what stays out of the bundle is found.
  const here = fileURLToPath(new URL('.', import.meta.url));
  const built = mkdtempSync(join(here, '.test-results-'));
  beforeAll(async () => {
    const conditions = ['@bnrnn/source', ...defaultServerConditions];
    await build({
      configFile: false,
      logLevel: 'silent',
      resolve: { conditions },
      ssr: { noExternal: true, resolve: { conditions } },
      build: {
        ssr: join(here, `${source}.ts`),
        outDir: built,
        target: 'node20',
        rolldownOptions: { external: [/^@tensorflow\/tfjs-node/, /^koffi$/] },
      },
    });
  }, 120_000);
  afterAll(() => rmSync(built, { recursive: true, force: true }));
  return join(built, `${source.split('/').at(-1) ?? source}.js`);
}
