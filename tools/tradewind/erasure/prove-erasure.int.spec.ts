import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { serviceMigrations } from '@tradewind/service';
import pg from 'pg';
import { serviceParts } from '../../../test/services/index.js';
import { ShopFixture } from '../../audit/testing/shop-fixture.js';
import { perDatabase, type DatabaseService } from '../../services.js';
import { hashOf, proveErasure, type Receipt } from './prove-erasure.js';

const name = 'Ann "Canary" Müller';
const wrappedKey = `abcdefgh.${'k'.repeat(60)}`;

describe('the proof that a person is erased', () => {
  const userId = randomUUID();
  let shop: ShopFixture;
  let logFolder: string;
  const query = async (service: DatabaseService, text: string, values: unknown[] = []): Promise<void> => {
    const client = new pg.Client({ connectionString: shop.databases[service] });
    await client.connect();
    await client.query(text, values).finally(() => client.end());
  };
  const record = async (topic: string, key: string, value: string | null): Promise<void> => {
    const publisher = await shop.kafka.publisher();
    await publisher.publish([{ topic, partition: 0, key, value, headers: {} }]);
    await publisher.close();
  };
  const prove = (texts: readonly string[] = [name], id = userId): Promise<Receipt> =>
    proveErasure({ userId: id, databases: shop.databases, kafka: shop.kafka, logFolder, texts, now: new Date(0) });
  const found = async (): Promise<string[]> =>
    (await prove()).findings.map(({ what, where }) => `${what} in ${where}`).sort();

  beforeAll(async () => {
    shop = await ShopFixture.open(
      perDatabase((service) => [...serviceMigrations, ...serviceParts[service].definition.migrations]),
    );
    logFolder = mkdtempSync(join(tmpdir(), 'tradewind-logs-'));
    await query('user', `insert into accounts (user_id, status, forgotten_at) values ($1, 'forgotten', now())`, [
      userId,
    ]);
  }, 60_000);
  afterAll(async () => {
    await shop?.close();
    rmSync(logFolder, { recursive: true });
  }, 30_000);

  it('finds a key, a missing tombstone and clear text in databases, topics, dead letters and logs', async () => {
    await record(topics.userDataKeys.name, userId, JSON.stringify({ userId, wrappedKey }));
    await query('order', 'insert into svc_data_keys (user_id, wrapped_key, created_at) values ($1, $2, now())', [
      userId,
      wrappedKey,
    ]);
    await query(
      'cart',
      `insert into msg_operator_actions (action, subject, reason, detail) values ('a', 's', $1, '{}')`,
      [`asked by ${name}`],
    );
    await record(topics.orderDeadLetters.name, 'k', JSON.stringify({ inner: JSON.stringify({ name }) }));
    writeFileSync(join(logFolder, 'order.log'), `{"msg":"x"}\n${JSON.stringify({ name })}\n`);
    expect(await found()).toEqual([
      'no tombstone after the data key in topic user.data-keys',
      'text 1 in cart: public.msg_operator_actions',
      'text 1 in file order.log',
      'text 1 in topic order.dlq',
      'the data key in order: svc_data_keys',
      'the wrapped data key in order: public.svc_data_keys',
    ]);
    expect((await prove()).erased).toBe(false);
  });

  it('gives a receipt with a hash when nothing is left', async () => {
    await record(topics.userDataKeys.name, userId, null);
    await query('order', 'update svc_data_keys set wrapped_key = null, destroyed_at = now()');
    const receipt = await prove(['Bob Elsewhere']);
    expect(receipt).toMatchObject({ userId, erased: true, findings: [], keyRecordsLeft: 1, sealedRows: 0 });
    expect(receipt.searched).toMatchObject({ texts: 1, files: 1 });
    expect(receipt.searched.tables).toBeGreaterThan(50);
    const { hash, ...rest } = receipt;
    expect(hashOf(rest)).toBe(hash);
    expect(hashOf({ ...rest, erased: false })).not.toBe(hash);
  });

  it('is refused for an unknown and for an active person, and for a text that is too short', async () => {
    await expect(prove([], randomUUID())).rejects.toThrow('there is no account');
    await expect(prove(['Ann'])).rejects.toThrow('at least 4 characters');
  });
});
