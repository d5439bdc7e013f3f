import type { Attack } from '../attack.js';

const corpus = [
  "' or 1=1 --",
  "'; drop table orders; --",
  '$(id)',
  '`id`',
  '{{7*7}}',
  '${7*7}',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '<script>alert(1)</script>',
  '%00',
  '%0d%0aset-cookie:%20a=b',
  '\u202e',
  '\\u0000',
  '[object Object]',
  '__proto__',
  '-1',
  '1e999',
  'a'.repeat(4_000),
];
const maxTries = 300;
const concurrency = 10;

const wrongWith = (status: number, text: string): string | undefined =>
  status >= 500
    ? `is answered ${status}`
    : /syntax error at|node_modules|\bat .*\.js:\d/i.test(text)
      ? 'shows an internal error'
      : undefined;

/** As one segment of a path. */
const segment = (text: string): string =>
  encodeURI(text).replaceAll('/', '%2f').replaceAll('?', '%3f').replaceAll('#', '%23');

/** Texts that mean something to a database, a shell or a page, as ids in paths and in the queries of lists. */
export const injection: Attack = {
  name: 'injection',
  async run({ admin, operations, random }, report) {
    const reads = operations.filter(({ method }) => method === 'GET');
    const paths = reads.flatMap(({ path }) =>
      corpus.flatMap((text) =>
        path.includes('{')
          ? [path.replaceAll(/\{\w+\}/g, segment(text))]
          : ['cursor', 'query', 'sort', 'limit', 'id'].map((name) => `${path}?${name}=${encodeURIComponent(text)}`),
      ),
    );
    const left = random.pick(maxTries, paths);
    const attack = async (): Promise<void> => {
      for (let path = left.pop(); path !== undefined; path = left.pop()) {
        const { status, body } = await admin.get<unknown>(path);
        report(`GET ${path.slice(0, 80)}`, wrongWith(status, JSON.stringify(body)));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, attack));
  },
};
