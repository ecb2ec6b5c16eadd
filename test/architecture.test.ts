/**
 * The shape of the project, checked by machine: the rooms at the root, the arrows between packages, cycles, declared dependencies,
 * links, names. Each check is a function over a list of files and is shown to catch a violation that is planted in memory.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import test from 'ava';
import { identifiersOf, importsOf, readFiles, ROOT, SOURCE_ENDING } from './source-tree.ts';
import type { File } from './source-tree.ts';

/** Which packages a package may import. The two absences that matter most: kernel and liveslots never meet, kernel sees no worker. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  vat: [],
  'vat-admin': ['vat'],
  marshal: ['protocol'],
  store: ['protocol'],
  liveslots: ['protocol'],
  kernel: ['protocol', 'marshal', 'store'],
  worker: ['protocol', 'liveslots'],
  inspector: ['protocol', 'marshal', 'store'],
  page: ['protocol', 'inspector'],
  host: ['protocol', 'marshal', 'store', 'vat', 'vat-admin', 'kernel', 'worker', 'inspector'],
  testing: ['protocol', 'store', 'marshal', 'liveslots', 'kernel', 'worker', 'host'],
  cooperage: ['host', 'inspector', 'page', 'testing'],
  examples: ['cooperage', 'vat'],
  bench: ['cooperage', 'vat'],
};

const ROOMS = ['docs', 'package.json', 'packages', 'pnpm-workspace.yaml', 'test', 'tsconfig.base.json'];
const BESIDE_THE_ROOMS = new Set(['README.md', 'LICENSE', 'pnpm-lock.yaml', 'node_modules']);

/** Needed at run time without being imported. */
const NEEDED_UNIMPORTED: Readonly<Record<string, readonly string[]>> = {
  // The command line starts kernel scripts and configs in TypeScript with `--import tsx`.
  cooperage: ['tsx'],
  // The driver is one of two builds of SQLite; the running engine says which, so the name is no literal.
  store: ['better-sqlite3-napi'],
};

const BUILTINS = new Set(builtinModules);
const isBuiltin = (specifier: string): boolean => specifier.startsWith('node:') || BUILTINS.has(specifier);
const isRelative = (specifier: string): boolean => /^\.{1,2}(\/|$)/.test(specifier);
/** A module by package: not a relative path, not a URL, not part of Node. */
const isBare = (specifier: string): boolean =>
  /^(@[\w.-]+\/)?[\w.-]+(\/|$)/.test(specifier) && !isRelative(specifier) && !isBuiltin(specifier);

const packageOfSpecifier = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
const folderOf = (packageName: string): string | undefined =>
  packageName === 'cooperage' ? 'cooperage' : /^@cooperage\/([\w-]+)$/.exec(packageName)?.[1];
/** The folder under `packages/` that holds a file; undefined elsewhere. */
const packageOfPath = (path: string): string | undefined => /^packages\/([^/]+)\//.exec(path)?.[1];
/** Tests and scripts run in the workshop; everything else in a package is shipped. */
const isWorkshop = (path: string): boolean => /^packages\/[^/]+\/(test|scripts)\//.test(path) || path.startsWith('test/');
const resolveRelative = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);

const findUnknownRooms = (entries: readonly string[]): string[] => {
  const visible = entries.filter(name => !name.startsWith('.') && !BESIDE_THE_ROOMS.has(name));
  return [
    ...visible.filter(name => !ROOMS.includes(name)).map(name => `${name} is a seventh room`),
    ...ROOMS.filter(name => !visible.includes(name)).map(name => `${name} is missing`),
  ];
};

const findForbiddenArrows = (files: readonly File[]): string[] =>
  files.flatMap(file => {
    const from = packageOfPath(file.path);
    if (from === undefined) return [];
    const allowed = ARROWS[from];
    if (allowed === undefined) return [`packages/${from} stands in no arrow`];
    return importsOf(file).flatMap(({ specifier, form }) => {
      if (isRelative(specifier)) {
        const target = resolveRelative(file.path, specifier);
        return target.startsWith(`packages/${from}/`) ? [] : [`${file.path} reaches out of its package: ${specifier}`];
      }
      const to = isBare(specifier) ? folderOf(packageOfSpecifier(specifier)) : undefined;
      if (to === undefined || to === from || allowed.includes(to)) return [];
      return [`${file.path} has a forbidden ${form} of ${specifier}`];
    });
  });

const findUnmarkedSources = (files: readonly File[]): string[] =>
  files.flatMap(file =>
    importsOf(file)
      .filter(({ specifier }) => isRelative(specifier) && !/\.(ts|mts|js|mjs|json)$/.test(specifier))
      .map(({ specifier }) => `${file.path} imports ${specifier} without its ending`),
  );

/** Each cycle once, as the path that closes it. */
const findCycles = (files: readonly File[]): string[] => {
  const edges = new Map(
    files.map(file => [
      file.path,
      importsOf(file)
        .filter(({ specifier }) => isRelative(specifier))
        .map(({ specifier }) => resolveRelative(file.path, specifier)),
    ]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start !== -1 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
};

type Manifest = {
  readonly name: string;
  /** Built files have a condition of their own; without it a door is a source file. */
  readonly exports?: Readonly<Record<string, string | { readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

type Package = { readonly folder: string; readonly manifest: Manifest; readonly files: readonly File[] };

const importedPackages = (files: readonly File[], self: string): Set<string> =>
  new Set(
    files
      .flatMap(importsOf)
      .filter(({ specifier }) => isBare(specifier))
      .map(({ specifier }) => packageOfSpecifier(specifier))
      .filter(name => name !== self),
  );

/** `workshop`: what the root declares for every test and script. */
const findUndeclared = ({ manifest, files }: Package, workshop: ReadonlySet<string>): string[] => {
  const { name, dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest;
  const shipped = new Set(Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }));
  const dev = new Set([...shipped, ...Object.keys(devDependencies ?? {}), ...workshop]);
  const inSources = importedPackages(
    files.filter(file => !isWorkshop(file.path)),
    name,
  );
  const inWorkshop = importedPackages(
    files.filter(file => isWorkshop(file.path)),
    name,
  );
  return [
    ...[...inSources].filter(used => !shipped.has(used)).map(used => `${name} imports ${used} and does not declare it`),
    ...[...inWorkshop].filter(used => !dev.has(used)).map(used => `tests of ${name} import ${used} and do not declare it`),
  ];
};

const findUnused = ({ folder, manifest, files }: Package): string[] => {
  const { name, dependencies, optionalDependencies, devDependencies } = manifest;
  const inSources = importedPackages(
    files.filter(file => !isWorkshop(file.path)),
    name,
  );
  const anywhere = importedPackages(files, name);
  const excused = new Set(NEEDED_UNIMPORTED[folder] ?? []);
  return [
    ...Object.keys({ ...dependencies, ...optionalDependencies }).filter(declared => !inSources.has(declared)),
    ...Object.keys(devDependencies ?? {}).filter(declared => !anywhere.has(declared) && !declared.startsWith('@types/')),
  ]
    .filter(declared => !excused.has(declared))
    .map(declared => `${name} declares ${declared} and does not import it`);
};

const withoutCode = (markdown: string): string => markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');

/** The names under which headings can be linked. */
const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    Array.from(markdown.matchAll(/^#{1,6} +(.*)$/gm), ([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );

/** `exists` says whether a path from the root is there. */
const findBrokenLinks = (files: readonly File[], exists: (path: string) => boolean): string[] =>
  files.flatMap(file => {
    const links = Array.from(withoutCode(file.text).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g), ([, link]) => link ?? '');
    return links
      .filter(link => !/^[a-z][a-z+.-]*:/i.test(link))
      .filter(link => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file.path : resolveRelative(file.path, decodeURIComponent(path));
        if (!exists(target)) return true;
        const linked = files.find(other => other.path === target);
        return anchor !== undefined && anchor !== '' && linked !== undefined && !anchorsOf(linked.text).has(anchor);
      })
      .map(link => `${file.path} links to ${link}, which is not there`);
  });

/** It hands liveslots a WeakRef of its own making: it is the collector there, and senses none. */
const SIMULATED_COLLECTOR = 'packages/testing/src/sim/simulated-collector.ts';

const findCollectionSensors = (files: readonly File[]): string[] =>
  files
    .filter(file => packageOfPath(file.path) !== 'liveslots' && !isWorkshop(file.path) && file.path !== SIMULATED_COLLECTOR)
    .flatMap(file => {
      const identifiers = identifiersOf(file);
      return ['WeakRef', 'FinalizationRegistry']
        .filter(name => identifiers.has(name))
        .map(name => `${file.path} uses ${name}, which belongs to packages/liveslots alone`);
    });

/** `doors`: files that a package.json exports as the package itself. */
const findNamelessFiles = (paths: readonly string[], doors: ReadonlySet<string>): string[] =>
  paths
    .filter(path => /(^|\/)(types|utils?|common|helpers?|index|misc)\.[cm]?[jt]s$/.test(path) || path.split('/').includes('lib'))
    .filter(path => !doors.has(path))
    .map(path => `${path} does not name a noun`);

// What is really there.

const sources = readFiles('packages', SOURCE_ENDING);
const promises = readFiles('test', SOURCE_ENDING);
const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
const folders = readdirSync(join(ROOT, 'packages')).filter(name => existsSync(join(ROOT, 'packages', name, 'package.json')));
const packages: readonly Package[] = folders.map(folder => ({
  folder,
  manifest: readManifest(`packages/${folder}`),
  files: sources.filter(file => packageOfPath(file.path) === folder),
}));
const workshop = new Set(Object.keys(readManifest('.').devDependencies ?? {}));
const pages = [
  ...readFiles('docs', /\.md$/),
  ...readdirSync(ROOT)
    .filter(name => name === 'README.md')
    .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
];

const plant = (path: string, text: string): File => ({ path, text });

test('the root has six rooms', t => {
  t.deepEqual(findUnknownRooms(readdirSync(ROOT)), []);
});

test('a seventh room is noticed', t => {
  t.deepEqual(findUnknownRooms([...ROOMS, 'README.md', '.ci']), []);
  t.deepEqual(findUnknownRooms([...ROOMS, 'scripts']), ['scripts is a seventh room']);
  t.deepEqual(findUnknownRooms(ROOMS.slice(1)), ['docs is missing']);
});

test('packages import each other along the arrows', t => {
  t.deepEqual(findForbiddenArrows(sources), []);
  t.deepEqual(findUnmarkedSources([...sources, ...promises]), []);
});

test('the arrows have no way back', t => {
  const settled = new Set<string>();
  for (let round = 0; round < Object.keys(ARROWS).length; round += 1) {
    for (const [from, to] of Object.entries(ARROWS)) if (to.every(name => settled.has(name))) settled.add(from);
  }
  t.deepEqual(
    Object.keys(ARROWS).filter(name => !settled.has(name)),
    [],
  );
});

test('a forbidden arrow is noticed however it is written', t => {
  const forms = [
    `import { x } from '@cooperage/liveslots/slots';`,
    `import type { X } from '@cooperage/liveslots/slots';`,
    `import { type X } from '@cooperage/liveslots/slots';`,
    `import '@cooperage/liveslots/slots';`,
    `export { x } from '@cooperage/liveslots/slots';`,
    `export * from '@cooperage/liveslots/slots';`,
    `export type { X } from '@cooperage/liveslots/slots';`,
    `const load = async () => import('@cooperage/liveslots/slots');`,
    `type X = import('@cooperage/liveslots/slots').X;`,
    `type X = typeof import('@cooperage/liveslots/slots');`,
    `const require = createRequire(import.meta.url); require('@cooperage/liveslots/slots');`,
    `import.meta.resolve('@cooperage/liveslots/slots');`,
    `import x from '../../liveslots/src/slots.ts';`,
    `import x from '../../../test/source-tree.ts';`,
  ];
  for (const text of forms) t.is(findForbiddenArrows([plant('packages/kernel/src/planted.ts', text)]).length, 1, text);
  const innocent = [
    `import { x } from '@cooperage/protocol/refs'; import y from './y.ts'; import z from '@endo/far'; import 'node:fs';`,
    `// import { x } from '@cooperage/liveslots/slots';`,
    'const text = `import("@cooperage/liveslots/slots")`;',
  ];
  for (const text of innocent) t.deepEqual(findForbiddenArrows([plant('packages/kernel/src/planted.ts', text)]), [], text);
  t.is(findForbiddenArrows([plant('packages/new/src/planted.ts', '')]).length, 1);
  t.is(findForbiddenArrows([plant('packages/host/src/planted.ts', `import 'cooperage/testing';`)]).length, 1);
  t.is(findUnmarkedSources([plant('packages/host/src/planted.ts', `import './open';`)]).length, 1);
});

test('no package has an import cycle, types included', t => {
  t.deepEqual(findCycles(sources), []);
});

test('an import cycle is noticed, also when it is made of types', t => {
  const cycle = [
    plant('packages/kernel/src/a.ts', `import type { B } from './deep/b.ts';`),
    plant('packages/kernel/src/deep/b.ts', `export * from '../c.ts';`),
    plant('packages/kernel/src/c.ts', `type A = import('./a.ts').A;`),
  ];
  t.deepEqual(findCycles(cycle), [
    'packages/kernel/src/a.ts -> packages/kernel/src/deep/b.ts -> packages/kernel/src/c.ts -> packages/kernel/src/a.ts',
  ]);
  t.is(findCycles([plant('packages/kernel/src/a.ts', `import './a.ts';`)]).length, 1);
  t.deepEqual(findCycles(cycle.slice(1)), []);
});

test('each package declares what it imports, and imports what it declares', t => {
  t.deepEqual(
    packages.flatMap(one => findUndeclared(one, workshop)),
    [],
  );
  t.deepEqual(findUndeclared({ folder: 'test', manifest: readManifest('test'), files: promises }, workshop), []);
  t.deepEqual(packages.flatMap(findUnused), []);
});

test('an undeclared import and an unused declaration are noticed', t => {
  const manifest = { name: '@cooperage/kernel', dependencies: { ses: '2.3.0' }, devDependencies: { '@types/node': '20' } };
  const files = [
    plant(
      'packages/kernel/src/planted.ts',
      `import type { X } from '@endo/far/src/x.js'; import 'ava'; import '@cooperage/kernel/x';`,
    ),
    plant('packages/kernel/test/planted.test.ts', `import 'ava'; import 'left-pad'; import 'fs'; import 'node:fs';`),
  ];
  const planted = { folder: 'kernel', manifest, files };
  t.deepEqual(findUndeclared(planted, new Set(['ava'])), [
    '@cooperage/kernel imports @endo/far and does not declare it',
    '@cooperage/kernel imports ava and does not declare it',
    'tests of @cooperage/kernel import left-pad and do not declare it',
  ]);
  t.deepEqual(findUnused(planted), ['@cooperage/kernel declares ses and does not import it']);
});

test('links between documents lead somewhere', t => {
  t.deepEqual(
    findBrokenLinks(pages, path => existsSync(join(ROOT, path))),
    [],
  );
});

test('a broken link is noticed', t => {
  const page = plant(
    'docs/a.md',
    '# One thing\n[x](b.md) [y](../README.md#the-two) [z](#one-thing) [w](https://x.org/y) `[code](nowhere.md)`',
  );
  const readme = plant('README.md', '## The `two`\n');
  const exists = (path: string): boolean => ['docs/a.md', 'README.md'].includes(path);
  t.deepEqual(findBrokenLinks([page, readme], exists), ['docs/a.md links to b.md, which is not there']);
  const lost = plant('docs/a.md', '[y](../README.md#three)\n```\n[x](nowhere.md)\n```\n');
  t.deepEqual(findBrokenLinks([lost, readme], exists), ['docs/a.md links to ../README.md#three, which is not there']);
});

test('only liveslots can sense collection', t => {
  t.deepEqual(findCollectionSensors(sources), []);
});

test('a WeakRef outside of liveslots is noticed', t => {
  const text = '// FinalizationRegistry\nexport const watch = (o: object) => new globalThis.WeakRef(o);';
  t.deepEqual(findCollectionSensors([plant('packages/worker/src/planted.ts', text)]), [
    'packages/worker/src/planted.ts uses WeakRef, which belongs to packages/liveslots alone',
  ]);
  t.deepEqual(findCollectionSensors([plant('packages/liveslots/src/planted.ts', text)]), []);
});

test('every file names a noun', t => {
  const doors = new Set(
    packages.flatMap(({ folder, manifest }) =>
      Object.values(manifest.exports ?? {}).map(door =>
        posix.join('packages', folder, typeof door === 'string' ? door : door.default),
      ),
    ),
  );
  t.deepEqual(
    findNamelessFiles(
      [...sources, ...promises].map(file => file.path),
      doors,
    ),
    [],
  );
});

test('a file without a noun is noticed', t => {
  const paths = [
    'packages/a/src/types.ts',
    'packages/a/src/index.ts',
    'packages/b/src/index.ts',
    'packages/a/src/lib/refs.ts',
    'packages/a/src/library.ts',
  ];
  t.deepEqual(findNamelessFiles(paths, new Set(['packages/b/src/index.ts'])), [
    'packages/a/src/types.ts does not name a noun',
    'packages/a/src/index.ts does not name a noun',
    'packages/a/src/lib/refs.ts does not name a noun',
  ]);
});
