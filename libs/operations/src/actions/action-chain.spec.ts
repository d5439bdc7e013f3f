import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ActionChain, exportLine, readExportLine, type LoggedAction } from './action-chain.js';

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex');
const anAction = (id: number, previous: string, reason = 'damaged'): LoggedAction => {
  const content = `{"id": ${id}, "reason": "${reason}", "previous": "${previous}"}`;
  return { content, hash: hashOf(content) };
};
const aChain = (length: number): LoggedAction[] => {
  const actions: LoggedAction[] = [];
  for (let id = 1; id <= length; id++) actions.push(anAction(id, actions.at(-1)?.hash ?? ''));
  return actions;
};
const firstFault = (actions: readonly LoggedAction[], beginning: 'first action' | 'any action' = 'first action') => {
  const chain = new ActionChain(beginning);
  return actions.map((action) => chain.add(action)).find((fault) => fault !== undefined);
};

describe('a chain of actions', () => {
  const chain = aChain(4);
  it('fits as it was written', () => expect(firstFault(chain)).toBeUndefined());
  it('fits from the middle, as the export of a period begins there', () => {
    expect(firstFault(chain.slice(2), 'any action')).toBeUndefined();
    expect(firstFault(chain.slice(2))).toBe('action 1 is missing: 3 follows 0');
  });
  it('names the first action that was changed', () => {
    const changed = { ...chain[1]!, content: chain[1]!.content.replace('damaged', 'late') };
    expect(firstFault(chain.with(1, changed))).toBe('action 2 was changed');
  });
  it('names the action after one that was changed together with its hash', () =>
    expect(firstFault(chain.with(1, anAction(2, chain[0]!.hash, 'late')))).toBe(
      'action 3 does not follow the one before: that was changed',
    ));
  it('names an action that is missing', () =>
    expect(firstFault(chain.toSpliced(1, 1))).toBe('action 2 is missing: 3 follows 1'));
  it('names one that is there twice', () =>
    expect(firstFault(chain.toSpliced(1, 0, chain[0]!))).toBe('action 2 is missing: 1 follows 1'));
});

describe('a line of an export', () => {
  const [action] = aChain(1);
  it('has the content character by character', () =>
    expect(readExportLine(exportLine({ service: 'order', ...action! }))).toEqual({ service: 'order', ...action }));
  it('may have any characters of texts, also separators of lines', () => {
    const content = '{"id": 1, "reason": "\u2028 é", "previous": ""}';
    expect(readExportLine(exportLine({ service: 'order', content, hash: 'a1' }))?.content).toBe(content);
  });
  it('is JSON', () =>
    expect(JSON.parse(exportLine({ service: 'order', ...action! }))).toMatchObject({ action: { id: 1 } }));
  it.each(['', '{}', '{"service":"order","hash":"xyz","action":{}}'])('is not %j', (text) =>
    expect(readExportLine(text)).toBeUndefined(),
  );
});
