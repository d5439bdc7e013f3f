/**
 * The one script. Every page works without it; with it the parts marked `data-live` follow the server, times are in the reader's zone, and the
 * keyboard leads everywhere.
 */
export const script = String.raw`
const pollMs = 2000;
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
document.documentElement.classList.add('js');

const withSeconds = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const units = [[86400, 'd'], [3600, 'h'], [60, 'min']];
const ageText = (seconds) => {
  const [size, unit] = units.find(([size]) => seconds >= 2 * size) ?? [1, 's'];
  return Math.max(0, Math.floor(seconds / size)) + ' ' + unit;
};
function localTimes(from = document) {
  for (const time of $$('time:not(.age):not([data-shown])', from)) {
    time.dataset.shown = '';
    time.textContent = withSeconds.format(new Date(time.dateTime));
    time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' }) + ' (' + time.dateTime + ')';
  }
  for (const time of $$('time.age', from)) {
    const text = ageText((Date.now() - new Date(time.dateTime)) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
}
localTimes();
// The present of a history, and what is before and behind it.
$$('[data-show]').forEach((region) => (region.scrollLeft = Number(region.dataset.show) - 0.6 * region.clientWidth));
setInterval(localTimes, 1000);

let etag = '';
let failedSince = 0;
function showStale() {
  const notice = document.getElementById('stale');
  if (failedSince === 0) return notice?.remove();
  if (notice) return;
  const text = Object.assign(document.createElement('p'), { id: 'stale', className: 'notice warn stale', textContent: 'Not up to date: the console does not answer.' });
  text.setAttribute('role', 'status');
  document.body.append(text);
}
function show(page) {
  for (const part of $$('[data-live]')) {
    const fresh = page.getElementById(part.id);
    if (!fresh) return location.reload();
    if (part.contains(document.activeElement) && document.activeElement.matches('input, select, textarea')) continue;
    if (part.innerHTML === fresh.innerHTML) continue;
    const focused = document.activeElement?.getAttribute?.('href');
    const scrolled = $$('.wide', part).map(({ scrollLeft }) => scrollLeft);
    const opened = $$('details', part).map(({ open }) => open);
    part.replaceChildren(...fresh.childNodes);
    localTimes(part);
    $$('.wide', part).forEach((region, index) => (region.scrollLeft = scrolled[index] ?? 0));
    if ($$('details', part).length === opened.length) $$('details', part).forEach((details, index) => (details.open = opened[index]));
    if (focused && document.activeElement === document.body) part.querySelector('[href="' + CSS.escape(focused) + '"]')?.focus();
  }
}
async function poll() {
  if (document.hidden || $$('[data-live]').length === 0) return;
  try {
    const response = await fetch(location.href, { headers: { 'If-None-Match': etag }, redirect: 'error', cache: 'no-store' });
    if (response.status === 401 || response.status === 404) return location.reload(); // logged out, or handled meanwhile
    if (response.status !== 304 && response.status !== 200) throw new Error(response.statusText);
    failedSince = 0;
    if (response.status === 200) {
      etag = response.headers.get('ETag') ?? '';
      show(new DOMParser().parseFromString(await response.text(), 'text/html'));
    }
  } catch {
    failedSince ||= Date.now();
  }
  showStale();
}
(function again() { setTimeout(() => poll().finally(again), pollMs); })();
document.addEventListener('visibilitychange', () => void poll());

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.copy');
  if (!button) return;
  event.preventDefault();
  void navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.dataset.done = '';
    setTimeout(() => delete button.dataset.done, 1200);
  });
});

let afterG = false;
function moveRow(step) {
  const rows = $$('[data-row]');
  const links = rows.map((row) => row.querySelector('a, button')).filter(Boolean);
  const at = links.findIndex((link) => link.closest('[data-row]').contains(document.activeElement));
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea')) return;
  const { key } = event;
  if (afterG) {
    afterG = false;
    const link = document.querySelector('nav a[data-key="' + CSS.escape(key) + '"]');
    if (link) return event.preventDefault(), link.click();
  }
  if (key === 'g') afterG = true;
  else if (key === 'j') moveRow(1);
  else if (key === 'k') moveRow(-1);
  else if (key === '?') document.getElementById('keys')?.showModal();
  else if (key === '/') {
    event.preventDefault();
    const search = document.querySelector('input[type=search]');
    if (search) search.focus();
    else document.querySelector('nav a[data-key="/"]')?.click();
  }
});
`;
