import type { Bytes } from '../../journeys/api/client.js';
import type { Attack } from '../attack.js';
import { aKey } from '../../journeys/api/customers.js';

const more = { role: 'admin', userId: '01991234-5678-7000-8000-00000000000a', price: 1, total: 1, status: 'confirmed' };

const clientFor = { everybody: 'anonymous', customers: 'owner', staff: 'admin' } as const;

/** A field that decides something of the shop, beside a valid body. */
export const massAssignment: Attack = {
  name: 'mass assignment',
  async run(shop, report) {
    for (const { method, path, body, fields, callers, needsKey } of shop.operations) {
      if (!body || path.startsWith('/payments/webhooks')) continue;
      for (const [field, value] of Object.entries(more).filter(([name]) => !fields.has(name))) {
        const { status } = await shop[clientFor[callers]].send(
          method,
          path.replaceAll(/\{\w+\}/g, () => shop.idFor(path)),
          { ...body, [field]: value },
          needsKey ? { 'idempotency-key': aKey() } : {},
        );
        report(`${method} ${path} with ${field}`, status === 400 ? undefined : `is answered ${status}, expected 400`);
      }
    }
  },
};

const bombs: Readonly<Record<string, () => [Bytes, Record<string, string>, readonly number[]]>> = {
  '10 MB': () => ['x'.repeat(10_485_760), {}, [413]],
  '100,000 levels': () => ['['.repeat(100_000), {}, [413]],
  '3,000 levels': () => ['{"a":'.repeat(3_000), {}, [400, 413]],
  '2,000 fields': () => [
    JSON.stringify(Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [at, 0]))),
    {},
    [400, 413],
  ],
  '7,000 items': () => [`[${'0,'.repeat(7_000)}0]`, {}, [400, 413]],
  UTF7: () => ['{}', { 'content-type': 'application/json; charset=utf-7' }, [415]],
  UTF16: () => [Buffer.from('{}', 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }, [415]],
  'broken UTF-8': () => [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}, [415]],
  form: () => ['email=a', { 'content-type': 'application/x-www-form-urlencoded' }, [415]],
};

/** Bodies that cost much to read. */
export const bodyBombs: Attack = {
  name: 'body bombs',
  async run({ anonymous }, report) {
    for (const path of ['/auth/login', '/users'])
      for (const [name, make] of Object.entries(bombs)) {
        const [body, headers, allowed] = make();
        const { status } = await anonymous.raw('POST', path, body, headers);
        report(`${name} to ${path}`, allowed.includes(status) ? undefined : `is answered ${status}`);
      }
  },
};
