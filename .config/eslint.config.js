/**
 * What docs say in words about the shape of the code, as rules where a rule can say it. Fast: no rule needs types. The arrows between
 * packages, import cycles and file names are checked by `test/architecture.test.ts`, formatting by prettier.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Runs inside the vat or decides what a kernel does: the same input must always give the same output. */
const DETERMINISTIC = ['protocol', 'marshal', 'store', 'kernel', 'liveslots'];

const sources = names => names.map(name => `packages/${name}/src/**/*.ts`);
const ambient = (name, instead) => ({ name, message: `Deterministic code has no ${name}: ${instead}.` });

const GC_SENSORS = ['WeakRef', 'FinalizationRegistry'].map(name => ({
  name,
  message: `${name} belongs to packages/liveslots alone: collection is an observation that only a harvest may report.`,
}));

const AMBIENT_GLOBALS = [
  ambient('Date', 'time is an input'),
  ambient('performance', 'time is an input'),
  ambient('process', 'the host owns the process'),
  ambient('Intl', 'locales differ between machines'),
  ambient('crypto', 'randomness is an input; hashes come from node:crypto'),
  ambient('fetch', 'the host owns the network'),
  ...['setTimeout', 'setInterval', 'setImmediate'].map(name => ambient(name, 'only a worker or the host waits for the machine')),
];

const AMBIENT_PROPERTIES = [
  { object: 'Math', property: 'random', message: 'Deterministic code draws no random numbers.' },
  ...['localeCompare', 'toLocaleString', 'toLocaleUpperCase', 'toLocaleLowerCase'].map(property => ({
    property,
    message: 'Locales differ between machines: compare and convert by code unit.',
  })),
];

const SQLITE = {
  group: ['better-sqlite3', 'better-sqlite3-napi', 'node:sqlite'],
  allowTypeImports: false,
  message: 'Only packages/store/src/driver.ts speaks to SQLite.',
};
const MACHINE = {
  group: [
    'node:fs',
    'node:fs/*',
    'node:os',
    'node:net',
    'node:http*',
    'node:child_process',
    'node:worker_threads',
    'node:timers*',
    'node:perf_hooks',
  ],
  message: 'Deterministic code knows no file, network, process or clock.',
};

const size = (lines, functionLines) => ({
  'max-lines': ['error', { max: lines, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: functionLines, skipBlankLines: true, skipComments: true }],
});

export default defineConfig(
  { ignores: ['**/node_modules/**', '**/dist/**', '**/coverage/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.base],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-cond-assign': 'error',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'off',
      'no-debugger': 'error',
      'no-dupe-else-if': 'error',
      'no-duplicate-imports': 'off',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-fallthrough': 'error',
      'no-implied-eval': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-sparse-arrays': 'error',
      'no-throw-literal': 'error',
      'no-unsafe-finally': 'error',
      'no-unused-expressions': 'off',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-expressions': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'packages/*/scripts/**/*.ts'],
    // Three parameters are the aim; four are what the handlers of eventual sends must take.
    rules: { ...size(400, 70), 'max-params': ['error', { max: 4 }] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/examples/**', '**/*.d.ts'],
    rules: {
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'A noun is imported by its name.' }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'packages/*/scripts/**/*.ts', 'test/**/*.ts', 'packages/*/test/**/*.ts'],
    ignores: ['packages/store/src/driver.ts', 'packages/*/test/**', 'test/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [SQLITE] }] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/liveslots/**'],
    rules: { 'no-restricted-globals': ['error', ...GC_SENSORS] },
  },
  {
    files: sources(DETERMINISTIC),
    rules: { 'no-console': 'error', 'no-restricted-properties': ['error', ...AMBIENT_PROPERTIES] },
  },
  {
    files: sources(DETERMINISTIC),
    ignores: ['packages/liveslots/**', 'packages/store/src/driver.ts'],
    rules: { 'no-restricted-globals': ['error', ...AMBIENT_GLOBALS, ...GC_SENSORS] },
  },
  {
    files: sources(['liveslots']),
    rules: { 'no-restricted-globals': ['error', ...AMBIENT_GLOBALS] },
  },
  {
    files: sources(DETERMINISTIC.filter(name => name !== 'store')),
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [SQLITE, MACHINE] }] },
  },
);
