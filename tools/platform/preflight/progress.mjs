/**
 * Prints the name of a task when it takes longer than two seconds, and its duration at the end.
 * @template T
 * @param {string} name
 * @param {(report: (detail: string) => void) => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function withProgress(name, task) {
  const started = Date.now();
  const terminal = process.stderr.isTTY;
  let detail = '';
  let shown = false;
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const show = () => {
    if (terminal) process.stderr.write(`\r\x1b[2K${name} ... ${seconds()} s ${detail}`);
    else if (!shown || seconds() % 10 === 0) process.stderr.write(`${name} ... ${seconds()} s ${detail}\n`);
    shown = true;
  };
  const timer = setInterval(() => Date.now() - started >= 1900 && show(), 1000);
  try {
    const result = await task((text) => void (detail = text));
    if (shown) process.stderr.write(`${terminal ? '\r\x1b[2K' : ''}${name}: done in ${seconds()} s\n`);
    return result;
  } catch (error) {
    if (shown && terminal) process.stderr.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
