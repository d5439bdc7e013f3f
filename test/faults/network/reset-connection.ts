import type { Socket } from 'node:net';

/** Node sets this flag itself before it resets a connection. */
interface Resettable {
  resetAndClosing: boolean;
}

/**
 * Closes a connection with a reset (RST) only. Node's own `resetAndDestroy` first sends FIN, waits until everything is written, and
 * never releases a socket that breaks meanwhile.
 */
export function resetConnection(socket: Socket): void {
  const closing = socket.writableEnded && !socket.writableFinished; // the system refuses a reset in this state
  (socket as Socket & Resettable).resetAndClosing = !socket.connecting && !closing;
  socket.destroy();
}
