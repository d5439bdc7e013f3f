import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { topicsReadBy } from '../../tools/platform/shop/permissions.js';
import { describeService as serviceNamed, type DatabaseService } from '../../tools/services.js';
import { faultsOf } from './async-api-faults.fixture.spec.js';
import { descriptions } from './descriptions.js';
import { contractDocuments } from './documents.js';

describe('docs/contracts', () => {
  const folder = new URL('../../docs/contracts/', import.meta.url);
  let documents: ReadonlyMap<string, string>;

  beforeAll(async () => void (documents = await contractDocuments()), 60_000);

  it('has the files that `npm run contracts` writes, and no other', () =>
    expect(readdirSync(folder).sort()).toEqual([...documents.keys()].sort()));

  it('is what `npm run contracts` writes now', () => {
    for (const [file, content] of documents)
      expect([file, readFileSync(new URL(file, folder), 'utf8')]).toEqual([file, content]);
  });

  it('has a valid AsyncAPI 3 document, with the golden record of the current version of each type', () => {
    const document = JSON.parse(documents.get('asyncapi.json')!) as {
      readonly components: { readonly messages: Record<string, { readonly examples?: readonly object[] }> };
    };
    expect(faultsOf(document)).toEqual([]);
    const messages = Object.entries(document.components.messages);
    expect(messages.length).toBeGreaterThan(40);
    expect(messages.filter(([, { examples }]) => examples?.length !== 1)).toEqual([]);
  });

  it('names the fields that consumers read', () => {
    const page = documents.get('index.html')!;
    expect(page).not.toContain('not tried');
    const rejected = /<article id="order\.rejected">.*?<\/article>/s.exec(page)?.[0] ?? '';
    const marks = [...rejected.matchAll(/<code>(.*?)<\/code>.*?<td class="(read|unread)">/g)];
    expect(Object.fromEntries(marks.map(([, field, mark]) => [field, mark]))).toMatchObject({
      'lines[].productId': 'read',
      'lines[].quantity': 'read',
      reason: 'unread',
    });
  });
});

describe.each(descriptions.map((each) => [each.service, each] as const))(
  'the description of %s',
  (service, description) => {
    const consumed = description.consumers.flatMap((consumer) => consumer.topics);
    const readable = topicsReadBy(serviceNamed(service as DatabaseService));

    it('consumes topics that it may read', () =>
      expect(consumed.filter((topic) => !readable.includes(topic))).toEqual([]));

    it('consumes every topic of others that it may read', () => {
      const ownerOf = new Map(Object.values(topics).map(({ name, owner }) => [name, owner]));
      expect(readable.filter((topic) => ownerOf.get(topic) !== service && !consumed.includes(topic))).toEqual([]);
    });

    it('knows the command and the compensation of each step', () =>
      expect(
        description.sagas
          .flatMap(({ steps }) => steps)
          .filter(({ command, compensation }) => command === null || compensation === null),
      ).toEqual([]));
  },
);
