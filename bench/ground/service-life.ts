/** Tells whoever has started this process that it is ready. */
export const ready = (): void => void process.send?.('ready');

/** Ends the process in good order, once: at SIGTERM, or when whoever has started it is gone. */
export function endWith(close: () => Promise<void>): void {
  let ending: Promise<void> | undefined;
  const end = (): void => void (ending ??= close().then(() => process.exit()));
  process.once('SIGTERM', end);
  process.once('disconnect', end);
}
