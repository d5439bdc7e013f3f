import { html, type Html } from '../html/html.js';
import { planHash, type Plan } from './plan.js';

const linesShown = 20;

export interface PlanPage {
  readonly plan: Plan;
  /** Where the form is sent, and where "back" leads. */
  readonly url: string;
  readonly base: string;
  readonly changed?: boolean;
  readonly reason?: string;
  readonly withoutReason?: boolean;
}

/** What would happen, and the form that does it. */
export const planPage = ({ plan, url, base, changed, reason = '', withoutReason }: PlanPage): Html =>
  html` <header><h1>${plan.title}</h1></header>
    ${
      changed &&
      html`<div class="notice warn" role="alert">
        <p><b>The selection has changed since the plan was shown.</b> Nothing was done. This is the new plan.</p>
      </div>`
    }
    <section class="card plan">
      <h2>What would happen</h2>
      <ul class="would">
        ${plan.would.slice(0, linesShown).map((line) => html`<li>${line}</li>`)}
        ${plan.would.length > linesShown && html`<li class="sub">and ${plan.would.length - linesShown} more</li>`}
      </ul>
      <form method="post" action="${url}">
        <input type="hidden" name="plan" value="${planHash(plan)}" />
        ${Object.entries(plan.fields ?? {}).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        <label for="reason">Why? It is recorded with your name.</label>
        <input
          id="reason"
          name="reason"
          required
          maxlength="500"
          autocomplete="off"
          value="${reason}"
          ${withoutReason ? html` aria-invalid="true" aria-describedby="no-reason"` : ''}
        />
        ${withoutReason && html`<p class="error" id="no-reason">A reason is needed.</p>`}
        <div class="buttons">
          <button class="main">${plan.verb}</button>
          <a class="button" href="${base}${plan.back}">Back</a>
        </div>
      </form>
    </section>`;
