import { log } from '../environment/log.js';
import { runBench } from '../frame/bench.js';
import { risingNumbers, wholeNumber } from '../frame/options.js';
import { summary } from '../frame/report.js';
import { jobTopic } from './job.js';
import { ceiling, completedJobs, measureChange, measureRow, openSetup, type Change, type Row } from './measure.js';
import { columnsOf, reportOf } from './report.js';
import { nameOf, orderViolations, repetitions } from './verify.js';

await runBench({
  name: 'scale',
  description:
    'Measures 1, 2, 4 and 8 consumers of one group, and the cost of consumers that join, leave and are killed.',
  options: {
    seconds: wholeNumber('for each row and load', 20),
    consumers: risingNumbers('rows', [1, 2, 4, 8], { most: jobTopic.partitions }),
  },
  success: 'no job was lost, completed twice or out of order',
  run: async (plan, progress) => {
    progress.next('starting Kafka and PostgreSQL');
    const setup = await openSetup(progress);
    const { consumers, publisher } = setup;
    log(`one consumer can handle ${ceiling} messages/s at best`);
    const rows: Row[] = [];
    for (const count of plan.consumers) {
      progress.next(`starting ${count - consumers.size} more`);
      await consumers.join(count - consumers.size);
      const row = await measureRow(setup, plan.seconds);
      rows.push(row);
      log(`${count} consumers: ${summary(columnsOf(rows), row)}`);
    }
    const perSecond = rows.at(-1)!.perSecond / 2;
    const changes: Change[] = [];
    const change = async (what: string, action: () => Promise<void>): Promise<void> =>
      void changes.push(await measureChange(setup, what, perSecond, action));
    await change('two join', () => consumers.join(2));
    await change('one stops in order', () => consumers.leave('stop'));
    await change('one is killed', () => consumers.leave('kill'));
    await change('one joins', () => consumers.join(1));
    progress.next('stopping the consumers');
    await consumers.stop();
    const completed = await completedJobs(setup);
    await setup.close();
    return reportOf(plan.seconds, rows, changes, {
      published: publisher.sent,
      lost: publisher.sent - new Set(completed.map(nameOf)).size,
      orderViolations: orderViolations(completed, consumers.calls),
      completedTwice: repetitions(completed),
      repeatedRecords: consumers.repeatedRecords,
      repeatedCalls: repetitions(consumers.calls),
    });
  },
});
