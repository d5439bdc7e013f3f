import type { KafkaClient, Topic } from '@tradewind/messaging';
import { asksOf, pricesOf, type Backlog } from '../articles/backlog.js';
import { copiesAfter, differences, shelvesAfter } from '../articles/books.js';
import { copiesIn, shelvesIn } from '../articles/tables.js';
import { answerTypes } from '../articles/shelves.js';
import { rowsOf } from '../ground/databases.js';
import type { ContestantName } from './measure.js';

export interface Handled {
  readonly name: ContestantName;
  readonly url: string;
  readonly group: string;
  readonly kafka: KafkaClient;
  readonly answers: Topic | undefined;
  readonly backlog: Backlog;
}

/** Throws, saying what, where a message was not handled exactly once and in its order, or its answer is not there exactly once. */
export async function judge(handled: Handled): Promise<void> {
  const faults = [...(await wrongRows(handled)), ...(await wrongMarks(handled)), ...(await wrongAnswers(handled))];
  if (faults.length > 0) throw new Error(`${handled.name} has not done what it was to do: ${faults.join('; ')}`);
}

/** Articles that nobody wanted are as they were. */
async function wrongRows({ url, backlog }: Handled): Promise<string[]> {
  if (backlog.work === 'copies') return differences(copiesAfter(pricesOf(backlog)), await copiesIn(url));
  return differences(
    shelvesAfter(asksOf(backlog)),
    (await shelvesIn(url)).filter(({ last, taken, refused }) => last + taken + refused > 0),
  );
}

async function wrongMarks({ name, url, group, backlog: { messages } }: Handled): Promise<string[]> {
  const table = name === 'library' ? 'msg_inbox' : 'bare_inbox';
  const [{ marked } = { marked: 0 }] = await rowsOf<{ marked: number }>(
    url,
    `select count(*)::int as marked from ${table} where consumer = $1`,
    [group],
  );
  return marked === messages ? [] : [`of ${messages} messages ${marked} are marked`];
}

async function wrongAnswers({ name, url, kafka, answers, backlog }: Handled): Promise<string[]> {
  if (!answers) return [];
  const expected = new Map<string, number>();
  const refused = shelvesAfter(asksOf(backlog)).reduce((sum, shelf) => sum + shelf.refused, 0);
  expected.set(answerTypes.refused, refused).set(answerTypes.taken, backlog.messages - refused);
  const table = name === 'library' ? 'msg_outbox_archive' : 'bare_outbox';
  const said = await rowsOf<{ type: string; rows: number; causes: number }>(
    url,
    `select type, count(*)::int as rows, count(distinct causation)::int as causes from ${table} group by type`,
  );
  const faults = [...expected].flatMap(([type, count]) => {
    const { rows, causes } = said.find((each) => each.type === type) ?? { rows: 0, causes: 0 };
    return rows === count && causes === count
      ? []
      : [`${count} ${type} were to be said, ${rows} were, because of ${causes}`];
  });
  if (name === 'bare') return faults;
  const onTopic = (await kafka.endOffsets([answers.name])).reduce(
    (sum, { start, end }) => sum + Number(end - start),
    0,
  );
  return onTopic === backlog.messages
    ? faults
    : [...faults, `${onTopic} of ${backlog.messages} answers are on their topic`];
}
