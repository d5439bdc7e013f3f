import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import type { IncomingRecord } from '@tradewind/messaging/internals';
import type { ServiceHarness } from '@tradewind/testing/service';
import type request from 'supertest';
import type { Tokens } from '../src/accounts/log-ins.js';
import { TombstoneRepeater } from '../src/accounts/tombstone-repeater.js';

interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface Environment {
  readonly harness: ServiceHarness;
  readonly registered: () => Promise<Person & { readonly id: string }>;
  readonly loggedIn: (person: Person) => Promise<Tokens>;
  readonly me: (method: 'delete', tokens: Tokens) => request.Test;
  readonly arrived: (topic: { name: string }, key: string, count: number) => Promise<IncomingRecord[]>;
}

/** What becomes of the data key of a person who was forgotten. */
export const forgottenKey = (user: () => Environment) =>
  describe('the data key of a forgotten person', () => {
    it('gets its tombstone twice, the second one a day later, so that the broker compacts the first', async () => {
      const { harness, registered, loggedIn, me, arrived } = user();
      const repeater = harness.service.app.get(TombstoneRepeater);
      const metrics = async (): Promise<string> => (await fetch(`${harness.service.operationsUrl}/metrics`)).text();
      const person = await registered();
      await me('delete', await loggedIn(person)).expect(204);
      await repeater.run();
      expect(await harness.query('select from repeated_tombstones where user_id = $1', [person.id])).toHaveLength(0);
      await harness.query(`update accounts set forgotten_at = now() - interval '2 days' where user_id = $1`, [
        person.id,
      ]);
      await repeater.run();
      await repeater.run();
      const values = (await arrived(topics.userDataKeys, person.id, 3)).map(({ value }) => value === null);
      expect(values).toEqual([false, true, true]);
      expect(await metrics()).toMatch(/^tradewind_erasures_overdue 0$/m);
    });
  });
