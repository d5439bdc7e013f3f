/**
 * Says what is being done once it takes longer than two seconds, and how long it took.
 * @template T
 * @param {string} what
 * @param {(say: (detail: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const started = Date.now();
  const terminal = process.stderr.isTTY;
  let detail = '';
  let shown = false;
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const show = () => {
    if (terminal) process.stderr.write(`\r\x1b[2K${what} ... ${seconds()} s ${detail}`);
    else if (!shown || seconds() % 10 === 0) process.stderr.write(`${what} ... ${seconds()} s ${detail}\n`);
    shown = true;
  };
  const timer = setInterval(() => Date.now() - started >= 1900 && show(), 1000);
  try {
    const result = await work((text) => void (detail = text));
    if (shown) process.stderr.write(`${terminal ? '\r\x1b[2K' : ''}${what}: done in ${seconds()} s\n`);
    return result;
  } catch (error) {
    if (shown && terminal) process.stderr.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
