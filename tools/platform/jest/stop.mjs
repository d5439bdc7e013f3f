/** Ends what start.mjs started, and waits until it is gone. */
export default async function stop() {
  const host = globalThis.tradewindPlatform;
  if (!host || host.exitCode !== null) return;
  const gone = new Promise((resolve) => host.once('exit', resolve));
  host.stdin.end();
  await gone;
}
