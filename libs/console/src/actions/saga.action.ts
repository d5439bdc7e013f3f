import { expectedResult, instruct, openSaga, type OfService, type Saga, type SagaAction } from '@tradewind/operations';
import { pathOf } from '../paths/paths.js';
import { action, type AnyAction, type Plan } from './plan.js';

interface SagaPlan extends Plan {
  readonly saga: OfService<Saga>;
}

const verbs: Readonly<Record<SagaAction, string>> = {
  retry: 'Publish the command again',
  expire: 'Let the step time out',
  skip: 'Skip the step',
};

/** An instruction to a saga, as `tradewind sagas retry`, `expire` and `skip`. */
const sagaAction = (name: SagaAction): AnyAction =>
  action<SagaPlan>({
    path: `/correlations/:id/${name}`,
    section: '/sagas',
    role: 'operator',
    async plan(databases, { params, query }) {
      const saga = await openSaga(databases, query.get('saga') ?? params['id']!);
      return {
        title: `${verbs[name]}: ${saga.saga}`,
        would: [expectedResult(saga, name)],
        selection: [JSON.stringify([saga.id, saga.status, saga.step, saga.attempt])],
        verb: verbs[name],
        back: pathOf('correlations', saga.subject),
        saga,
      };
    },
    carryOut: ({ saga }, { databases, reason }) => instruct(databases, saga, name, reason),
  });

export const sagaActions: readonly AnyAction[] = [sagaAction('retry'), sagaAction('expire'), sagaAction('skip')];
