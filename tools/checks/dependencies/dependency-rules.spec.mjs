import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '../run-checks.mjs';
import { cruise } from './cruise.mjs';

/** A small repository in which every rule is violated once: [rule, file, its import]. */
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
  ['loaded-on-demand', 'apps/order/src/http/documented.ts', "'@nestjs/swagger'"],
  ['loaded-on-demand', 'libs/service/src/documented.ts', "'./openapi/docs.js'"],
  ['libs-know-no-app', 'libs/service/src/order.ts', "'../../../apps/order/src/domain/order.js'"],
  [
    'tests-of-libs-know-only-the-platform',
    'libs/service/src/order.spec.ts',
    "'../../../apps/order/src/domain/order.js'",
  ],
  ['tools-know-no-app', 'tools/audit/audit.ts', "'../../apps/order/src/domain/order.js'"],
  ['kernel-needs-nothing', 'libs/kernel/src/id.ts', "'node:crypto'"],
  ['saga-is-pure', 'libs/saga/src/advance.ts', "'node:fs'"],
  ['contracts-are-messages', 'libs/contracts/src/outbox.ts', "'@tradewind/messaging'"],
  ['contracts-are-messages', 'libs/contracts/src/store.ts', "'@tradewind/messaging/internals'"],
  ['messaging-is-for-strangers', 'libs/messaging/src/order.ts', "'@tradewind/contracts'"],
  ['messaging-message', 'libs/messaging/src/message/of-ports.ts', "'../ports/index.js'"],
  ['messaging-ports', 'libs/messaging/src/ports/of-outbox.ts', "'../outbox/outbox.js'"],
  ['messaging-outbox', 'libs/messaging/src/outbox/of-handling.ts', "'../handling/index.js'"],
  ['messaging-handling', 'libs/messaging/src/handling/of-adapter.ts', "'../adapters/kafkajs/kafkajs-client.js'"],
  ['messaging-consumer', 'libs/messaging/src/consumer/of-runtime.ts', "'../runtime/messaging.options.js'"],
  ['messaging-effects', 'libs/messaging/src/effects/of-outbox.ts', "'../outbox/outbox.js'"],
  ['messaging-sagas', 'libs/messaging/src/sagas/of-runtime.ts', "type { D } from '../runtime/messaging.options.js'"],
  ['messaging-adapters-kafkajs', 'libs/messaging/src/adapters/kafkajs/of-handling.ts', "'../../handling/index.js'"],
  [
    'messaging-adapters-postgres',
    'libs/messaging/src/adapters/postgres/of-kafkajs.ts',
    "'../kafkajs/kafkajs-client.js'",
  ],
  ['messaging-adapters-system', 'libs/messaging/src/adapters/system/of-message.ts', "'../../message/index.js'"],
  ['ports-are-interfaces', 'libs/messaging/src/ports/of-message.ts', "{ name } from '../message/index.js'"],
  ['ports-are-interfaces', 'libs/messaging/src/ports/of-node.ts', "'node:fs'"],
  ['message-needs-only-validators', 'libs/messaging/src/message/of-nest.ts', "'@nestjs/common'"],
  ['pg-stays-in-its-adapter', 'libs/messaging/src/consumer/of-pg.ts', "'pg'"],
  ['typeorm-stays-in-its-adapter', 'libs/messaging/src/handling/of-typeorm.ts', "type { DataSource } from 'typeorm'"],
  ['only-types-of-typeorm', 'libs/messaging/src/runtime/of-typeorm.ts', "{ DataSource } from 'typeorm'"],
  ['operations-use-messaging', 'libs/operations/src/replay/replay.ts', "'@tradewind/contracts'"],
  ['internals-are-for-our-libraries', 'apps/order/src/order.module.ts', "'@tradewind/messaging/internals'"],
  ['internals-are-for-our-libraries', 'libs/messaging/example/tickets.ts', "'@tradewind/messaging/internals'"],
  ['testing-is-for-tests', 'apps/order/src/handlers/wait.ts', "'@tradewind/testing'"],
  ['libraries-by-their-names', 'apps/order/src/money.ts', "'../../../libs/kernel/src/index.js'"],
  ['no-dev-packages', 'apps/order/src/random.ts', "'fast-check'"],
  ['no-cycles', 'apps/order/src/egg.ts', "'./hen.js'"],
  ['no-cycles', 'test/journeys/day.ts', "type { Night } from './night.js'"],
  ['everything-resolves', 'apps/order/src/lost.ts', "'./nowhere.js'"],
];

const right = {
  ...Object.fromEntries(
    ['kernel', 'contracts', 'messaging', 'service', 'testing', 'saga'].map((name) => [
      `libs/${name}/src/index.ts`,
      "export const name = '';",
    ]),
  ),
  'libs/messaging/src/internals.ts': "export const name = '';",
  'libs/messaging/src/message.ts': "export { name } from './message/index.js';",
  'libs/service/src/store.ts': "import '@tradewind/messaging/internals';",
  'libs/service/src/openapi/docs.ts': "import '@nestjs/swagger';",
  'libs/service/src/openapi/serve-docs.ts': "export const docs = import('./docs.js');",
  'libs/messaging/src/message/index.ts': "import 'class-validator';\nexport const name = '';",
  'libs/messaging/src/ports/index.ts':
    "import '@tradewind/kernel';\nimport type { name } from '../message/index.js';\nexport type Name = typeof name;",
  'libs/messaging/src/outbox/outbox.ts':
    "import type { EntityManager } from 'typeorm';\nimport '../ports/index.js';\nexport type M = EntityManager;",
  'libs/messaging/src/handling/index.ts': "import '../outbox/outbox.js';\nexport const name = '';",
  'libs/messaging/src/runtime/messaging.options.ts':
    "import type { DataSource } from 'typeorm';\nimport '../adapters/kafkajs/kafkajs-client.js';\nexport type D = DataSource;",
  'libs/messaging/src/adapters/postgres/store.ts': "import 'pg';\nimport 'typeorm';\nimport '../../ports/index.js';",
  'libs/messaging/src/adapters/kafkajs/kafkajs-client.ts': "import 'kafkajs';",
  'libs/contracts/src/topics.ts': "import '@tradewind/messaging/message';",
  'libs/contracts/src/ids.ts': "import '@tradewind/kernel';",
  'apps/order/src/domain/order.ts':
    "import { name } from '@tradewind/kernel';\nimport '@tradewind/contracts/ids';\nexport const order = name;",
  'apps/order/src/storage/orders.ts':
    "import 'typeorm';\nimport type { Request } from 'express';\nexport type R = Request;",
  'apps/order/src/sagas/place-order.saga.ts':
    "import '@tradewind/saga';\nimport '@tradewind/contracts';\nimport '../domain/order.js';",
  'apps/order/src/sagas/place-order.saga.spec.ts': "import '@tradewind/testing';\nimport 'fast-check';",
  'apps/order/src/hen.ts': "import './egg.js';",
  'test/journeys/night.ts': "import type { Day } from './day.js';\nexport type Night = Day;",
  'apps/gateway/src/forward.ts': "import 'undici';",
};

describe('a repository that violates every dependency rule', () => {
  const repository = mkdtempSync(join(tmpdir(), 'tradewind-repository-'));
  let found;
  beforeAll(() => {
    const write = (file, text) => {
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      writeFileSync(join(repository, file), text);
    };
    for (const [file, text] of Object.entries(right)) write(file, text);
    for (const [, file, imported] of wrong) write(file, `import ${imported};\n`);
    mkdirSync(join(repository, 'tools/checks'), { recursive: true });
    for (const file of [
      '.dependency-cruiser.mjs',
      'package.json',
      'tsconfig.options.json',
      'tools/checks/tsconfig.sources.json',
    ])
      copyFileSync(join(root, file), join(repository, file));
    symlinkSync(join(root, 'node_modules'), join(repository, 'node_modules'), 'dir');
    found = cruise(repository).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  }, 30_000);
  afterAll(() => rmSync(repository, { recursive: true }));

  it.each(wrong)('%s is violated by %s', (rule, file) => expect(found).toContain(`${rule}: ${file}`));

  it('has no violation in its correct files', () =>
    expect(found.filter((each) => Object.keys(right).some((file) => each.endsWith(`: ${file}`)))).toEqual([]));
});
