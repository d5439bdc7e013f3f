import { describe, expect, it } from '@jest/globals';
import { checkActionLogs, type LoggedActionFact } from './action-log.js';

const aLog = (service: string): LoggedActionFact[] =>
  [1n, 2n, 3n].map((id) => {
    const hash = `${service} ${id}`;
    return { service, id, previous: id === 1n ? '' : `${service} ${id - 1n}`, hash, computed: hash };
  });
const violationsOf = (...actions: LoggedActionFact[]) =>
  checkActionLogs(actions).violations.map(({ what, ids }) => `${what} (${ids['service']} ${ids['action']})`);

describe('the log of actions', () => {
  const log = aLog('order');
  it('is complete and unchanged in each service', () => {
    expect(violationsOf(...log, ...aLog('user'))).toEqual([]);
    expect(checkActionLogs(log).counted).toEqual({ actions: 3 });
  });
  it('has an action that was changed', () =>
    expect(violationsOf(...log.with(1, { ...log[1]!, computed: 'other' }), ...aLog('user'))).toEqual([
      'an action was changed (order 2)',
    ]));
  it('has one that was changed with its hash', () =>
    expect(violationsOf(...log.with(1, { ...log[1]!, hash: 'other', computed: 'other' }))).toEqual([
      'an action does not follow the one before, which was changed (order 3)',
    ]));
  it('lacks one', () =>
    expect(violationsOf(...log.toSpliced(0, 1))).toEqual(['an action is missing: 0 is followed by 2 (order 2)']));
});
