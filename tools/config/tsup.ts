import { defineConfig, type Options } from 'tsup';

/** The build every package shares: ESM first, CJS beside it, types for both. */
export function packageBuild(options: Options = {}): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    target: 'node20',
    dts: true,
    sourcemap: true,
    clean: true,
    silent: true,
    ...options,
  });
}
