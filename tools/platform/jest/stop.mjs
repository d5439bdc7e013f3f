/** Ends the process that start.mjs started, and waits for its exit. */
export default async function stop() {
  const host = globalThis.tradewindPlatform;
  if (!host || host.exitCode !== null) return;
  const exited = new Promise((resolve) => host.once('exit', resolve));
  host.stdin.end();
  await exited;
}
