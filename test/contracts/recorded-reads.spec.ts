import { describe, expect, it } from '@jest/globals';
import { publish } from '@tradewind/messaging';
import { RecordedReads } from './recorded-reads.js';

class Copied {
  readonly total!: object;
}
const message = {
  id: 'a',
  total: { amount: 1, currency: 'GBP' },
  lines: [{ product: 'p', quantity: 2 }],
  unread: { name: 'n' },
};

describe('the fields that a handler reads', () => {
  it('are those that it looks at', () => {
    const reads = new RecordedReads();
    const recorder = reads.recorder(message);
    expect([recorder.id, recorder.total.amount, recorder.lines.map(({ quantity }) => quantity)]).toEqual(['a', 1, [2]]);
    expect(reads.fields).toEqual(['id', 'lines[].quantity', 'total.amount']);
  });

  it('are a whole part where it passes the part on', () => {
    const reads = new RecordedReads();
    const { total } = reads.recorder(message);
    expect(total.amount).toBe(1);
    const decision = reads.plain(publish(Copied, { total }));
    expect(decision.messages[0]!.fields).toEqual({ total: message.total });
    expect((decision.messages[0]!.fields as Copied).total).toBe(message.total);
    expect(reads.fields).toEqual(['total']);
  });

  it('are all where it copies the message', () => {
    const reads = new RecordedReads();
    reads.plain({ ...reads.recorder(message) });
    expect(reads.fields).toEqual(['id', 'lines', 'total', 'unread']);
  });
});
