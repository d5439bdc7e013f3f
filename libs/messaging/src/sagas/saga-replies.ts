import { Poison } from '@tradewind/kernel';
import { keyOfReply, mismatchesOf, replyClassesOf, sagaId } from '@tradewind/saga';
import {
  nothing,
  rows,
  type Decision,
  type DecisionContext,
  type HandlerMetadata,
  type Load,
  type Rows,
} from '../handling/index.js';
import { fieldsOf, messageInfo, type MessageClass } from '../message/index.js';
import { SagaInstances, type SagaRow } from './saga-instances.js';
import { advanceSaga, subjectsOf, type AnySaga } from './saga-decisions.js';

export interface ReplyHandler {
  readonly metadata: HandlerMetadata;
  readonly handle: (reply: object, context: object) => Decision;
}

type ReplyContext = DecisionContext & { readonly instances: Rows<SagaRow> } & Record<string, Rows<object>>;

/**
 * The handlers of all replies to these sagas, one for each reply class. A reply advances each saga of its subject that waits for it; a
 * reply that no saga waits for changes nothing, and one that does not match what was asked for is dead-lettered.
 */
export function replyHandlers(sagas: readonly AnySaga[]): ReplyHandler[] {
  const classes = new Set(sagas.flatMap(replyClassesOf));
  return [...classes].map((cls) =>
    replyHandler(
      cls,
      sagas.filter((saga) => replyClassesOf(saga).includes(cls)),
    ),
  );
}

function replyHandler(cls: MessageClass, sagas: readonly AnySaga[]): ReplyHandler {
  for (const saga of sagas) checkKey(cls, saga);
  const instanceIdOf = (saga: AnySaga, reply: object): string => sagaId(saga.name, keyOfReply(saga, reply));
  const subjects = Object.fromEntries(
    sagas.map((saga): [string, Load<object, object>] => {
      const table = subjectsOf<object>(saga);
      return [`subjects of ${table.name}`, rows(table, (reply: object) => [keyOfReply(saga, reply)])];
    }),
  );
  return {
    metadata: {
      message: cls,
      kind: 'policy',
      consumer: undefined,
      load: {
        ...subjects,
        instances: rows(SagaInstances, (reply: object) => sagas.map((saga) => instanceIdOf(saga, reply))),
      } as HandlerMetadata['load'],
    },
    handle: (reply, loaded) => {
      const context = loaded as ReplyContext;
      const advanced = new Map<string, object>();
      return sagas.reduce<Decision>((decision, saga) => {
        const instance = context.instances.get(instanceIdOf(saga, reply));
        if (!instance) return decision;
        const row = `${saga.subjects.name} ${instance.subject}`;
        const subject = advanced.get(row) ?? context[`subjects of ${saga.subjects.name}`]?.get(keyOfReply(saga, reply));
        if (!subject) throw new Poison(`the saga ${instance.id} has lost its row in ${saga.subjects.name}`);
        const mismatches = mismatchesOf(saga, instance.state, subject, reply);
        if (mismatches.length > 0)
          throw new Poison(`the reply is not what the saga ${instance.id} asked for: ${mismatches.join('; ')}`);
        const next = advanceSaga(saga, { instance, subject }, { kind: 'reply', message: reply }, context);
        advanced.set(row, next.subject);
        return decision.and(next.decision);
      }, nothing());
    },
  };
}

/** Throws a TypeError where a reply does not say which subject it belongs to. */
function checkKey(cls: MessageClass, saga: AnySaga): void {
  if (saga.keyOfReply) return;
  const { key } = subjectsOf<object>(saga);
  const fields = fieldsOf(cls);
  const missing = [key].flat().filter((property) => !fields.has(property));
  if (missing.length > 0)
    throw new TypeError(
      `the saga ${saga.name}: its reply ${messageInfo(cls).type} has no field ${missing.join(', ')}: name the key of the subject with keyOfReply`,
    );
}
