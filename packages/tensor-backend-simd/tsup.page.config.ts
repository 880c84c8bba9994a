import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packageBuild } from '../../tools/config/tsup';

/** What a page takes. The kernels are a part of it: it is built behind them. */
export default packageBuild({
  entry: { page: 'src/page/index.ts' },
  format: ['esm'],
  platform: 'browser',
  target: 'es2022',
  minify: true,
  clean: false,
  loader: { '.wasm': 'base64' },
  esbuildPlugins: [
    {
      // `import code from './file?inline'`: the module and all that it imports as the text of one classic script.
      name: 'inline-scripts',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /\?inline$/ }, ({ path, resolveDir }) => ({
          path: fileURLToPath(new URL(path.replace('?inline', '.ts'), `file://${resolveDir}/`)),
          namespace: 'inline',
        }));
        onLoad({ filter: /./, namespace: 'inline' }, async ({ path }) => {
          const { outputFiles } = await build({
            entryPoints: [path],
            bundle: true,
            format: 'iife',
            target: 'es2022',
            minify: true,
            write: false,
            // The script needs nothing of the packages but a few small functions.
            conditions: ['@bnrnn/source'],
          });
          return { contents: outputFiles[0]?.text ?? '', loader: 'text' };
        });
      },
    },
  ],
});
