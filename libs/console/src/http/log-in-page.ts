import { html, type Html } from '../html/html.js';

/** The form that asks who it is. `to`: where to go then, below the console's path. */
export const logInPage = (
  base: string,
  to: string,
  name = '',
  refused?: string,
): { readonly title: string; readonly content: Html } => ({
  title: 'Log in',
  content: html`<form class="card log-in" method="post" action="${base}/log-in">
    <h1>Log in</h1>
    ${refused !== undefined && html`<p class="error" role="alert">${refused}</p>`}
    <input type="hidden" name="to" value="${to}" />
    <label for="name">E-mail address</label>
    <input id="name" name="name" autocomplete="username" required value="${name}" />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required />
    <button class="main">Log in</button>
  </form>`,
});
