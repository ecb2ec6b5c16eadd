/**
 * The files that make the page, read once: the client as it lies in `client/`, and libraries as they lie in node_modules. What is not in
 * the list does not exist, whatever path is asked for.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type PageFile = { readonly type: string; readonly body: Buffer };

/** By the name under which the client imports them. */
const LIBRARIES = ['preact', 'preact/hooks', 'htm', '@dagrejs/dagre'] as const;

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
};

// From `src/` and from `dist/` it is the same: the client is shipped as it is written.
const CLIENT = new URL('../src/client/', import.meta.url);

const libraryPath = (name: string): string => `/vendor/${name.replace(/[@/]+/g, '-').replace(/^-/, '')}.js`;

const IMPORT = /(\b(?:from|import)\s*)(["'])([^"']+)\2/g;

/** A browser knows no packages: their names become paths. What else is imported is a path already. */
const withPaths = (source: string): string =>
  source
    .replace(IMPORT, (whole, before: string, quote: string, name: string) => {
      return (LIBRARIES as readonly string[]).includes(name) ? `${before}${quote}${libraryPath(name)}${quote}` : whole;
    })
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');

const readScript = (url: URL): PageFile => ({
  type: TYPES['js'] ?? '',
  body: Buffer.from(withPaths(readFileSync(fileURLToPath(url), 'utf8'))),
});

const endingOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

const readClient = (folder: URL, prefix: string): [string, PageFile][] =>
  readdirSync(fileURLToPath(folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): [string, PageFile][] => {
      const url = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, folder);
      if (entry.isDirectory()) return readClient(url, `${prefix}${entry.name}/`);
      const type = TYPES[endingOf(entry.name)];
      if (type === undefined) return [];
      if (endingOf(entry.name) === 'js') return [[`${prefix}${entry.name}`, readScript(url)]];
      return [[`${prefix}${entry.name}`, { type, body: readFileSync(fileURLToPath(url)) }]];
    });

/** By path. */
export const readPageFiles = (): ReadonlyMap<string, PageFile> =>
  new Map([
    ...readClient(CLIENT, '/assets/'),
    ...LIBRARIES.map(name => [libraryPath(name), readScript(new URL(import.meta.resolve(name)))] as const),
  ]);

/** The page itself, for every path that names a view: the client reads the path. */
export const PAGE_PATH = '/assets/index.html';

const VIEWS =
  /^\/(?:|vats(?:\/v\d+(?:\/(?:clist|transcript))?)?|objects|promises|queue|graph|timeline|sql|ref\/[^/]+(?:\/.+)?|crank\/\d+)$/;

export const isViewPath = (path: string): boolean => VIEWS.test(path);
