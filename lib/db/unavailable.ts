/** SQLSTATE classes that say "not now" rather than "not so": connection, resources, operator (PostgreSQL, appendix A). */
const CLASSES = ['08', '53', '57'];
/** Serialization failure, deadlock, lock not available: all may pass when tried again. */
const STATES = new Set(['40001', '40P01', '55P03', '25006']);
const SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What pg and pg-pool say without a code. */
const MESSAGES =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;

/** Whether the database could not be reached or could not serve just now, so that the same request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { code, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
  if (typeof code === 'string') {
    return SYSTEM.has(code) || STATES.has(code) || (code.length === 5 && CLASSES.includes(code.slice(0, 2)));
  }
  // Node tries every address of a host name and reports all failures as one.
  if (Array.isArray(errors)) return errors.some(isDatabaseUnavailable);
  return typeof message === 'string' && MESSAGES.test(message);
}
