import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');

/** The sources of what runs in a service, without tests. */
const sources = (): string[] =>
  ['apps', 'libs']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /^\w+\/[\w-]+\/src\/.*\.ts$/.test(file) && !/\.spec\.ts$/.test(file));

export interface SourceExpression {
  readonly file: string;
  readonly expression: RegExp;
}

const literal = /^\/(?<source>.*)\/(?<flags>[a-z]*)$/s;

function expressionsOf(file: string): SourceExpression[] {
  const found: SourceExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const { source = '', flags = '' } = literal.exec(node.text)?.groups ?? {};
      found.push({ file, expression: new RegExp(source, flags) });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022));
  return found;
}

/** Every regular expression that is written in a service or a library. */
export const sourceExpressions = (): SourceExpression[] => sources().flatMap(expressionsOf);
