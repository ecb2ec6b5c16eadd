/**
 * The project's own files as data: what is there, and what each source imports. Read by `architecture.test.ts`, whose checks take
 * lists of files so that a planted violation needs no disk.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** One file: its path from the root, with `/`, and its text. */
export type File = { readonly path: string; readonly text: string };

export type Import = {
  readonly specifier: string;
  /** How the specifier is written: a `resolve` only asks where the module lies. */
  readonly form: 'import' | 'import type' | 'export' | 'import()' | 'typeof import()' | 'require' | 'resolve';
};

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git']);

const listPaths = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(entry => !SKIPPED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listPaths(path);
      return entry.isFile() ? [path] : [];
    });

/** Every file under a folder whose name ends so, in order of path. */
export const readFiles = (folder: string, ending: RegExp): File[] =>
  listPaths(folder)
    .filter(path => ending.test(path))
    .map(path => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export const SOURCE_ENDING = /\.(ts|mts|js|mjs)$/;

const stringsIn = (node: ts.Node): string[] => {
  if (ts.isStringLiteralLike(node)) return [node.text];
  const strings: string[] = [];
  ts.forEachChild(node, child => void strings.push(...stringsIn(child)));
  return strings;
};

/** What a call loads: `import('x')`, `require('x')` (any string in the argument counts), `require.resolve('x')`, `import.meta.resolve('x')`. */
const importsOfCall = (call: ts.CallExpression): Import[] => {
  const { expression } = call;
  const [argument] = call.arguments;
  if (argument === undefined) return [];
  const found = (form: Import['form']): Import[] => stringsIn(argument).map(specifier => ({ specifier, form }));
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return found('import()');
  if (ts.isIdentifier(expression) && expression.text === 'require') return found('require');
  if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'resolve') return [];
  const holder = expression.expression;
  const resolves = ts.isMetaProperty(holder) || (ts.isIdentifier(holder) && holder.text === 'require');
  return resolves ? found('resolve') : [];
};

const isTypeOnly = (clause: ts.ImportClause | undefined): boolean => clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

const importsOfNode = (node: ts.Node): Import[] => {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return [{ specifier: node.moduleSpecifier.text, form: isTypeOnly(node.importClause) ? 'import type' : 'import' }];
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    return [{ specifier: node.moduleSpecifier.text, form: 'export' }];
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return [{ specifier: node.argument.literal.text, form: 'typeof import()' }];
  }
  if (ts.isExternalModuleReference(node) && ts.isStringLiteral(node.expression)) {
    return [{ specifier: node.expression.text, form: 'require' }];
  }
  return ts.isCallExpression(node) ? importsOfCall(node) : [];
};

const parse = (file: File): ts.SourceFile => ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, false);

const collect = <Item>(node: ts.Node, visit: (node: ts.Node) => Item[]): Item[] => {
  const items = visit(node);
  ts.forEachChild(node, child => void items.push(...collect(child, visit)));
  return items;
};

const known = new WeakMap<File, readonly Import[]>();

/** Every import of a file, types included. Text in comments and strings does not count. */
export const importsOf = (file: File): readonly Import[] => {
  const imports = known.get(file) ?? collect(parse(file), importsOfNode);
  known.set(file, imports);
  return imports;
};

/** Every identifier of a file. */
export const identifiersOf = (file: File): Set<string> =>
  new Set(collect(parse(file), node => (ts.isIdentifier(node) ? [node.text] : [])));
