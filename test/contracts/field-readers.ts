import { CartCheckedOut } from '@tradewind/contracts';
import { handlersOf, type AnySaga, type HandlerMetadata } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import { isStep, keyOfReply, replyClassesOf, type Definition, type Step } from '@tradewind/saga';
import { completeLockOrder, handlersOfEveryService, SigningRoot, type ServiceDefinition } from '@tradewind/service';
import { handleBothWays, type BatchEquivalenceOptions, type ReceivedMessage } from '@tradewind/simulation';
import { databaseServices } from '../../tools/services.js';
import { serviceParts } from '../services/index.js';
import { rootEnvironment } from '../signing-root.js';
import { goldenRecordsOf } from './golden-records.js';
import { RecordedReads } from './recorded-reads.js';

/** The fields that each consumer group reads of each type, by `<group> <type>`. */
export type FieldReaders = ReadonlyMap<string, readonly string[]>;

/**
 * Runs the handlers and the sagas of every service over the golden records, each behind a recorder: every message alone, after each other
 * one, and the replies of each saga in the order of its steps. A field that is read only for other contents is missed.
 */
export async function fieldReaders(): Promise<FieldReaders> {
  const readers = new Map<string, readonly string[]>();
  for (const service of databaseServices) {
    const { definition, batches } = serviceParts[service];
    const reads = new ReadsOfService(withHandlersOfEveryService(definition));
    const initialRows = batches?.initialRows?.(checkedOut) ?? [];
    for (const [group, classes] of reads.groups) {
      const first = batches?.first?.[group] ?? [];
      for (const messages of sequences(classes, group === service ? (definition.messaging.sagas ?? []) : []))
        await handleBothWays({ ...reads.recorded, group, initialRows, messages: inOrder([...first, ...messages]) });
      for (const cls of classes) readers.set(`${group} ${messageInfo(cls).type}`, reads.of(group, cls).fields);
    }
  }
  return readers;
}

const root = new SigningRoot(rootEnvironment.SIGNING_ROOT_PUBLIC_KEY);

const withHandlersOfEveryService = ({
  messaging,
  handlers,
  sealing = false,
  ...rest
}: ServiceDefinition): ServiceDefinition => ({
  ...rest,
  messaging: { ...messaging, lockOrder: completeLockOrder(messaging.lockOrder) },
  handlers: [...handlersOfEveryService(sealing).map((Handler) => Handler as new () => object), ...handlers],
});

function fieldsOf(message: MessageClass): Readonly<Record<string, unknown>> {
  const { type, key } = messageInfo(message);
  const record = goldenRecordsOf(type).at(-1)!;
  return record.value ?? { [key]: record.key };
}

const checkedOut = fieldsOf(CartCheckedOut) as unknown as CartCheckedOut;

/** The sequence counts within topic and key. */
function inOrder(messages: readonly MessageClass[]): ReceivedMessage[] {
  const counts = new Map<string, number>();
  return messages.map((message) => {
    const { topic, key } = messageInfo(message);
    const fields = fieldsOf(message);
    const ordered = `${topic.name} ${String(fields[key])}`;
    const sequence = (counts.get(ordered) ?? 0) + 1;
    counts.set(ordered, sequence);
    return { message, fields, sequence };
  });
}

/** Which messages are handled together, in this order. */
function* sequences(classes: readonly MessageClass[], sagas: readonly AnySaga[]): Generator<MessageClass[]> {
  const replies = new Set(sagas.flatMap(replyClassesOf));
  const others = classes.filter((cls) => !replies.has(cls));
  for (const cls of classes) yield [cls];
  for (const cls of others) for (const before of others) if (before !== cls) yield [before, cls];
  for (const { steps } of sagas) {
    const done: Step<unknown>[] = [];
    for (const step of steps.filter((entry) => isStep(entry))) {
      const before = done.map(({ success }) => success);
      yield [...before, step.success];
      const compensations = done.toReversed().flatMap(({ compensated }) => compensated ?? []);
      if (step.failure) yield [...before, step.failure, ...compensations];
      done.push(step);
    }
  }
}

/** The handlers and the sagas of a service, which record what they read. */
class ReadsOfService {
  readonly groups = new Map<string, MessageClass[]>();
  readonly #reads = new Map<string, RecordedReads>();
  readonly #service: string;

  constructor(private readonly definition: ServiceDefinition) {
    const { messaging, handlers } = definition;
    this.#service = messaging.service;
    const replies = (messaging.sagas ?? []).flatMap(replyClassesOf);
    for (const cls of replies) this.#join(this.#service, cls);
    for (const { metadata } of handlers.flatMap((Handler) => handlersOf(new Handler())))
      this.#join(this.#groupOf(metadata), metadata.message);
  }

  get recorded(): Pick<BatchEquivalenceOptions, 'messaging' | 'handlers'> {
    const { messaging, handlers } = this.definition;
    return {
      messaging: { ...messaging, sagas: (messaging.sagas ?? []).map((saga) => this.#recordedSaga(saga)) },
      handlers: handlers.map((Handler) => this.#recordedHandler(Handler)),
    };
  }

  of(group: string, cls: MessageClass): RecordedReads {
    const name = `${group} ${messageInfo(cls).type}`;
    let reads = this.#reads.get(name);
    if (!reads) this.#reads.set(name, (reads = new RecordedReads()));
    return reads;
  }

  #join(group: string, cls: MessageClass): void {
    const classes = this.groups.get(group) ?? [];
    if (!classes.includes(cls)) this.groups.set(group, [...classes, cls]);
  }

  #groupOf = ({ consumer }: HandlerMetadata): string =>
    consumer === undefined ? this.#service : `${this.#service}.${consumer}`;

  #recordedHandler(Handler: new () => object): new () => object {
    const WithRoot = Handler as new (root: SigningRoot) => object;
    class Recording extends WithRoot {
      constructor() {
        super(root);
      }
    }
    for (const [property, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Handler.prototype as object))) {
      const keys = typeof value === 'function' ? (Reflect.getMetadataKeys(value as object) as string[]) : [];
      const extras = keys.find(
        (key) => (Reflect.getMetadata(key, value as object) as HandlerMetadata | undefined)?.message,
      );
      if (extras === undefined) continue;
      const metadata = Reflect.getMetadata(extras, value as object) as HandlerMetadata;
      const reads = this.of(this.#groupOf(metadata), metadata.message);
      const handle = value as (this: unknown, message: object, context: object) => unknown;
      const recorded = async function (this: unknown, message: object, context: object): Promise<unknown> {
        return reads.plain(await handle.call(this, reads.recorder(message), context));
      };
      for (const key of keys) Reflect.defineMetadata(key, Reflect.getMetadata(key, value as object), recorded);
      Reflect.defineMetadata(extras, { ...metadata, load: recordedLoads(metadata.load, reads) }, recorded);
      Object.defineProperty(Recording.prototype, property, { value: recorded });
    }
    return Recording;
  }

  #recordedSaga(saga: AnySaga): AnySaga {
    const readsOf = (reply: object): RecordedReads => this.of(this.#service, reply.constructor as MessageClass);
    const definition = ({ steps }: Definition<unknown>): Pick<Definition<unknown>, 'steps'> => ({
      steps: steps.map((entry) =>
        isStep(entry)
          ? {
              ...entry,
              ...(entry.failureReason && {
                failureReason: (reply: object) =>
                  readsOf(reply).plain(entry.failureReason!(readsOf(reply).recorder(reply))),
              }),
              ...(entry.mismatches && {
                mismatches: (subject: unknown, reply: object) =>
                  entry.mismatches!(subject, readsOf(reply).recorder(reply)),
              }),
            }
          : entry,
      ),
    });
    return {
      ...saga,
      ...definition(saga),
      older: Object.fromEntries(
        Object.entries((saga.older ?? {}) as Record<string, Definition<unknown>>).map(([version, each]) => [
          version,
          { ...each, ...definition(each) },
        ]),
      ),
      keyOfReply: (reply: object) => keyOfReply(saga, readsOf(reply).recorder(reply)),
    } as AnySaga;
  }
}

const recordedLoads = (loads: HandlerMetadata['load'], reads: RecordedReads): HandlerMetadata['load'] =>
  loads &&
  Object.fromEntries(
    Object.entries(loads).map(([name, load]) => [
      name,
      {
        ...load,
        values: (message: unknown, loaded: unknown) => load.values(reads.recorder(message as object), loaded),
      },
    ]),
  );
