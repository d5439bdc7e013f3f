import type { Socket } from 'node:net';

/** Node sets this mark itself when it means to reset a connection. */
interface Resettable {
  resetAndClosing: boolean;
}

/**
 * Ends a connection with a reset and nothing else. Node's own `resetAndDestroy` says goodbye first, waits until everything
 * is written, and never lets go of a socket that breaks in between.
 */
export function breakOff(socket: Socket): void {
  const sayingGoodbye = socket.writableEnded && !socket.writableFinished; // the system refuses a reset meanwhile
  (socket as Socket & Resettable).resetAndClosing = !socket.connecting && !sayingGoodbye;
  socket.destroy();
}
