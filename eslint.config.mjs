import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** What each layer of the house may import: itself and what stands below it. */
const below = {
  cli: [
    'experiments',
    'reporting',
    'training',
    'recurrent',
    'normalization',
    'tensor-backend-simd',
    'tensor-backend-tensorflow',
    'tensor-backend-webgpu',
    'tensor-backend',
    'data',
    'mpi',
    'core',
  ],
  playground: [
    'training',
    'recurrent',
    'normalization',
    'tensor-backend-simd',
    'tensor-backend-webgpu',
    'tensor-backend',
    'data',
    'core',
  ],
  experiments: ['training', 'recurrent', 'normalization', 'tensor-backend', 'data', 'core'],
  reporting: ['core'],
  training: ['recurrent', 'normalization', 'tensor-backend', 'core'],
  recurrent: ['normalization', 'tensor-backend', 'core'],
  normalization: ['tensor-backend', 'core'],
  'tensor-backend-tensorflow': ['tensor-backend', 'core'],
  'tensor-backend-webgpu': ['tensor-backend', 'core'],
  'tensor-backend-simd': ['tensor-backend', 'core'],
  'tensor-backend': ['core'],
  data: ['core'],
  mpi: ['core'],
  core: [],
  'test-utils': ['core'],
};

/** The packages that need neither Node's modules nor its globals outside of `src/node`. */
const neutral = [
  'core',
  'tensor-backend',
  'normalization',
  'recurrent',
  'training',
  'data-ptb',
  'data-wsj-features',
  'reporting',
];

const everyLayer = Object.keys(below);

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/.test-results/**',
      '**/node_modules/**',
      '**/assembly/**',
      'tools/integration/consumers/**',
      'runs/**',
      '.nx/**',
      'docs/playground/**',
    ],
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    languageOptions: { ecmaVersion: 2023, sourceType: 'module' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    // Read by its syntax: what these files are typed by is no package's.
    files: ['tools/config/**/*.ts'],
    languageOptions: { parser: tseslint.parser },
  },
  {
    files: ['packages/*/{src,test,bench}/**/*.ts', 'tools/integration/test/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Random numbers come from core and a seed.',
        },
      ],
      '@nx/enforce-module-boundaries': [
        'error',
        {
          // What a package has for Node takes the errors from the package's own face: one copy of each class.
          allowCircularSelfDependency: true,
          depConstraints: everyLayer.map((layer) => ({
            sourceTag: `layer:${layer}`,
            onlyDependOnLibsWithTags: [layer, ...below[layer]].map((name) => `layer:${name}`),
          })),
        },
      ],
    },
  },
  {
    // What runs in browsers too. Types of Node do not reach a bundle.
    files: neutral.map((name) => `packages/${name}/src/**/*.ts`),
    ignores: ['**/*.test.ts', 'packages/*/src/node/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['node:*', '**/node/**', '@bnrnn/*/node'],
              message: 'This package runs in browsers too.',
            },
          ],
        },
      ],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'setImmediate', 'require', '__dirname', '__filename'].map(
          (name) => ({
            name,
            message: 'This package runs in browsers too.',
          }),
        ),
      ],
    },
  },
  {
    // What the simd backend is made of runs in a page as well.
    files: [
      'packages/tensor-backend-simd/src/{backend,kernels,memory,page,programs,threads}/**/*.ts',
    ],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*', '**/node/**'], message: 'A page runs this too.' }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'require'],
    },
  },
  {
    // Tests may also use the float64 oracle and every package they compare with.
    files: ['**/*.test.ts', 'packages/*/test/**/*.ts', 'packages/*/bench/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  prettier,
);
