import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { headersOf } from '@tradewind/messaging/internals';
import { cloudeventsPython } from '../../tools/checks/optional-programs.mjs';
import { goldenRecords } from './golden-records.js';
import { publishedRow } from './published-row.js';

const program = fileURLToPath(new URL('read-cloud-events.py', import.meta.url));

it('the library of CloudEvents for Python reads every golden record, as the relay publishes it', () => {
  const rows = goldenRecords.map(publishedRow);
  const input = rows.map((row) =>
    JSON.stringify({ key: row.key, value: row.payload, headers: headersOf(row, 'shop') }),
  );
  const output = execFileSync(cloudeventsPython.path()!, [program], { input: input.join('\n'), encoding: 'utf8' });
  const events = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly attributes: Record<string, string>; readonly data: unknown });
  expect(events).toHaveLength(goldenRecords.length);
  for (const [index, { type, key, version, value }] of goldenRecords.entries())
    expect(events[index]).toMatchObject({
      attributes: {
        specversion: '1.0',
        id: rows[index]!.id,
        type,
        source: '/shop',
        subject: key,
        sequence: '000000000000000007',
        schemaversion: String(version),
      },
      ...(value === null ? {} : { data: value }),
    });
});
