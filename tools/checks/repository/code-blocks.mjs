import { render } from './template-name.mjs';

/*
 * TypeScript in Markdown is cut from compiled files: then the compiler, and mostly a test, shows that it is right.
 */
const block = /^```(?:ts|typescript)\n([^]*?)\n```$/gm;
/** A comment line that ends with an ellipsis stands for code that is left out. */
const leftOut = /^ *\/\/.*…$/m;
/** The new service of docs/guides/add-a-service.md: its code is that of the templates, which a test compiles. */
const exampleName = 'review';
const compact = (text) => text.replace(/\s/g, '');

/** Code blocks that no TypeScript file contains, apart from white space. The parts around left-out code are in one file, in their order. */
export function uncompiledBlocks(files) {
  const sources = files
    .filter(({ path }) => /\.ts(\.template)?$/.test(path))
    .map(({ path, text }) => compact(path.endsWith('.template') ? render(text, exampleName) : text));
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(block)]
        .filter(([, code]) => !sources.some((source) => containsInOrder(source, code.split(leftOut).map(compact))))
        .map(({ index, 1: code }) => {
          const line = text.slice(0, index).split('\n').length;
          return `${path}:${line} shows code that no TypeScript file contains: ${code.split('\n', 1)[0]}`;
        }),
    );
}

function containsInOrder(source, parts) {
  let from = 0;
  return parts.every((part) => {
    const at = source.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}
