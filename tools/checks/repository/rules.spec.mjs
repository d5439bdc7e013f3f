import { describe, expect, it } from '@jest/globals';
import {
  codeNames,
  crowdedRoot,
  emptyNames,
  filesOver300Lines,
  largeFiles,
  lockedHosts,
  longFiles,
  localPaths,
  rules,
  disabledRules,
  sqlOutsideAdapter,
} from './rules.mjs';

const aFile = (path, text = '', size = text.length) => ({ path, text, size });
const ofLines = (count) => aFile('apps/order/src/order.ts', 'x\n'.repeat(count));
const folder = (name) => `/${name}/`;

describe('a file that violates a rule', () => {
  it.each([
    ['is longer than 400 lines', longFiles, ofLines(401)],
    ['has a name without meaning', emptyNames, aFile('apps/order/src/order.utils.ts')],
    ['is in a folder whose name has no meaning', emptyNames, aFile('libs/common/money.ts')],
    ['has a part without meaning in its name', emptyNames, aFile('apps/order/src/order-manager.ts')],
    ['is not written in kebab-case', codeNames, aFile('apps/order/src/placeOrder.ts')],
    ['is larger than 1 MB', largeFiles, aFile('data.csv', '', 1_000_001)],
    ['contains a folder of one machine', localPaths, aFile('README.md', `see ${folder('home')}me/project`)],
    ['contains the folder of the root user', localPaths, aFile('x.yml', `cache: ${folder('root')}cache`)],
    ['contains a registry', localPaths, aFile('.npmrc', `registry=https://${['registry', 'npmjs', 'org'].join('.')}/`)],
    ['is a lock file with addresses', lockedHosts, aFile('package-lock.json', '"resolved": "https://somewhere/x.tgz"')],
    [
      'disables a rule without a reason',
      disabledRules,
      aFile('apps/order/src/x.ts', `// ${'eslint'}-disable-next-line no-console`),
    ],
    ['disables the compiler without a reason', disabledRules, aFile('apps/order/src/x.ts', `// @${'ts'}-expect-error`)],
    [
      'contains SQL outside the adapter',
      sqlOutsideAdapter,
      aFile('libs/messaging/src/outbox/relay.ts', 'const take = `select id from msg_outbox`;'),
    ],
  ])('%s', (_case, rule, file) => expect(rule([file])).toEqual([expect.stringContaining(file.path)]));

  it('is one of too many at the root', () =>
    expect(crowdedRoot(Array.from({ length: 21 }, (_, index) => aFile(`f${index}`)))).toEqual([
      expect.stringContaining('21 visible entries'),
    ]));
});

describe('a file that violates no rule', () => {
  it.each([
    ['apps/order/src/take-payment.handler.ts', 'import { x } from "../domain/x.js";'],
    [
      'tools/platform/postgres/start-postgres.ts',
      "const at = '/var/lib/postgresql'; // eslint-disable-line no-console -- the terminal is its reader",
    ],
    ['deploy/Dockerfile', 'WORKDIR /app\nVOLUME /homework'],
    ['docs/tour.md', 'GET http://127.0.0.1:3000/users/me and ${HOME}/work/x'],
    ['libs/messaging/src/adapters/postgres/outbox-sql.ts', 'const take = `select id from msg_outbox`;'],
    ['libs/messaging/src/outbox/relay.int.spec.ts', 'const take = `select id from msg_outbox`;'],
    ['libs/messaging/src/outbox/relay.ts', "log('update of a partition count failed'); // select the first"],
    ['.hidden/file', ''],
  ])('is not reported: %s', (path, text) => expect(rules.flatMap((rule) => rule([aFile(path, text)]))).toEqual([]));

  it('is noted when it has more than 300 lines', () => {
    expect(filesOver300Lines([ofLines(301)])).toEqual(['apps/order/src/order.ts has 301 lines']);
    expect(filesOver300Lines([ofLines(300), ofLines(401)])).toEqual([]);
  });
});
