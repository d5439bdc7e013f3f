import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from './tally.mjs';

/** A small house in which every rule is broken once: [rule, file, what it imports]. */
const wrong = [
  ['apps-know-no-other-app', 'apps/cart/src/cart.ts', "'../../order/src/domain/order.js'"],
  ['domain-is-plain', 'apps/order/src/domain/of-node.ts', "'node:crypto'"],
  ['domain-is-plain', 'apps/order/src/domain/of-messages.ts', "'@tradewind/contracts'"],
  ['domain-is-plain', 'apps/order/src/domain/of-storage.ts', "'../storage/orders.js'"],
  ['sagas-are-plain', 'apps/order/src/sagas/of-storage.ts', "'../storage/orders.js'"],
  ['typeorm-stays-in-storage', 'apps/order/src/http/orders.controller.ts', "'typeorm'"],
  ['kafkajs-stays-in-its-adapter', 'libs/messaging/src/outbox/relay.ts', "'kafkajs'"],
  ['http-clients-at-the-edge', 'apps/order/src/handlers/ask.ts', "'undici'"],
  ['sockets-at-the-edge', 'apps/order/src/handlers/ask-by-hand.ts', "'node:http'"],
  ['libs-know-no-app', 'libs/service/src/order.ts', "'../../../apps/order/src/domain/order.js'"],
  [
    'tests-of-libs-know-only-the-platform',
    'libs/service/src/order.spec.ts',
    "'../../../apps/order/src/domain/order.js'",
  ],
  ['tools-know-no-app', 'tools/ops/audit.ts', "'../../apps/order/src/domain/order.js'"],
  ['kernel-needs-nothing', 'libs/kernel/src/id.ts', "'node:crypto'"],
  ['saga-is-pure', 'libs/saga/src/advance.ts', "'node:fs'"],
  ['contracts-are-messages', 'libs/contracts/src/outbox.ts', "'@tradewind/messaging'"],
  ['messaging-is-for-strangers', 'libs/messaging/src/order.ts', "'@tradewind/contracts'"],
  ['testing-is-for-tests', 'apps/order/src/handlers/wait.ts', "'@tradewind/testing'"],
  ['libraries-by-their-names', 'apps/order/src/money.ts', "'../../../libs/kernel/src/index.js'"],
  ['no-dev-packages', 'apps/order/src/random.ts', "'fast-check'"],
  ['no-cycles', 'apps/order/src/egg.ts', "'./hen.js'"],
  ['everything-resolves', 'apps/order/src/lost.ts', "'./nowhere.js'"],
];

const right = {
  ...Object.fromEntries(
    ['kernel', 'contracts', 'messaging', 'service', 'testing', 'saga'].map((name) => [
      `libs/${name}/src/index.ts`,
      "export const name = '';",
    ]),
  ),
  'libs/messaging/src/contract/index.ts': "export const name = '';",
  'libs/messaging/src/kafka/kafkajs-client.ts': "import 'kafkajs';",
  'libs/contracts/src/topics.ts': "import '@tradewind/messaging/contract';",
  'apps/order/src/domain/order.ts': "import { name } from '@tradewind/kernel';\nexport const order = name;",
  'apps/order/src/storage/orders.ts':
    "import 'typeorm';\nimport type { Request } from 'express';\nexport type R = Request;",
  'apps/order/src/sagas/place-order.saga.ts':
    "import '@tradewind/saga';\nimport '@tradewind/contracts';\nimport '../domain/order.js';",
  'apps/order/src/sagas/place-order.saga.spec.ts': "import '@tradewind/testing';\nimport 'fast-check';",
  'apps/order/src/hen.ts': "import './egg.js';",
  'apps/order/src/day.ts': "import './night.js';\nexport interface Day { hours: number }",
  'apps/order/src/night.ts': "import type { Day } from './day.js';\nexport type Night = Day;",
  'apps/gateway/src/forward.ts': "import 'undici';",
};

describe('a house in which every dependency rule is broken', () => {
  const house = mkdtempSync(join(tmpdir(), 'tradewind-house-'));
  let found;
  beforeAll(() => {
    const write = (file, text) => {
      mkdirSync(dirname(join(house, file)), { recursive: true });
      writeFileSync(join(house, file), text);
    };
    for (const [file, text] of Object.entries(right)) write(file, text);
    for (const [, file, imported] of wrong) write(file, `import ${imported};\n`);
    mkdirSync(join(house, 'tools/checks'), { recursive: true });
    for (const file of [
      '.dependency-cruiser.mjs',
      'package.json',
      'tsconfig.options.json',
      'tools/checks/tsconfig.sources.json',
    ])
      copyFileSync(join(root, file), join(house, file));
    symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'), 'dir');
    found = violations(house);
  }, 30_000);
  afterAll(() => rmSync(house, { recursive: true }));

  it.each(wrong)('%s is broken by %s', (rule, file) => expect(found).toContain(`${rule}: ${file}`));

  it('is not blamed for what is right', () =>
    expect(found.filter((each) => Object.keys(right).some((file) => each.endsWith(`: ${file}`)))).toEqual([]));
});

function violations(house) {
  const cruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const report = execFileSync(process.execPath, [cruise, '--output-type', 'json', 'apps', 'libs', 'tools'], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return JSON.parse(report).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}
