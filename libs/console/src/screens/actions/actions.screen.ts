import { operatorActions, type OfService, type RecordedAction } from '@tradewind/operations';
import { instant, nothing, table } from '../../html/elements.js';
import { html, type Html } from '../../html/html.js';
import { downIn } from '../../readings/readings.js';
import { screen } from '../screen.js';

const actionsShown = 200;

interface Actions {
  readonly actions: readonly OfService<RecordedAction>[];
}

/** Who did what, and why. */
export const actionsScreen = screen<Actions>({
  path: '/actions',
  section: '/actions',
  async read(readings) {
    const found = await readings.of(`actions ${actionsShown}`, (database) => operatorActions(database, actionsShown));
    const actions = found.rows.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, actionsShown);
    return { actions, down: downIn(found) };
  },
  title: () => 'Actions',
  draw: ({ actions }, { base }) =>
    html` <header>
        <h1>Actions</h1>
        <a class="button" href="${base}/actions?format=json">Export as JSON</a>
      </header>
      <section class="card" data-live id="actions">
        ${actions.length === 0 ? nothing('No operator has done anything yet, here or by the command.') : actionTable(actions)}
      </section>`,
});

export const actionTable = (actions: readonly OfService<RecordedAction>[]): Html =>
  table(
    'What operators did, newest first',
    [{ heading: 'When' }, { heading: 'Who' }, { heading: 'What' }, { heading: 'Reason' }, { heading: 'Before' }],
    actions.map(({ at, actor, action, subject, reason, detail }) => [
      instant(at),
      html`<span class="wrap">${actor}</span>`,
      html`${action}<br /><span class="mono wrap sub">${subject}</span>`,
      html`<span class="wrap">${reason}</span>`,
      html`<details>
        <summary>detail</summary>
        <pre>${JSON.stringify(detail, null, 2)}</pre>
      </details>`,
    ]),
  );
