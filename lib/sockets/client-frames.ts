import { CLIENT_FRAMES } from '../contract/frames.ts';
import type { AuthenticateFrame, EndFrame, HeartbeatFrame, Ref, ResumeFrame } from '../contract/frames.ts';
import { BeatBody } from '../contract/playtime.ts';
import { compileCheck, invalid } from '../contract/validation.ts';
import type { Check } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';

export type ReadFrame = HeartbeatFrame | EndFrame | ResumeFrame | AuthenticateFrame | RefusedFrame;

/** A frame that is not what the contract says, and what to answer. */
export class RefusedFrame {
  readonly type = 'refused';
  /** Null when the frame has none that could be given back. */
  readonly ref: Ref | null;
  readonly error: LibraryError;

  constructor(ref: Ref | null, error: LibraryError) {
    this.ref = ref;
    this.error = error;
  }
}

const CHECKS = new Map<unknown, Check>(
  Object.entries(CLIENT_FRAMES).map(([type, schema]) => [type, compileCheck(schema)]),
);
const TYPES = Object.keys(CLIENT_FRAMES).join(', ');
const checkBeat = compileCheck(BeatBody);
const checkHeartbeatFrame = CHECKS.get('heartbeat');

/** Reads one frame of a launcher. Never throws. */
export function readFrame(text: string): ReadFrame {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return new RefusedFrame(null, new LibraryError('MALFORMED_REQUEST', 'The frame is not JSON'));
  }
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) {
    return new RefusedFrame(null, invalid([{ field: '', message: 'must be an object' }]));
  }
  const { type } = frame as { type?: unknown };
  // Nearly all frames are these: no look into a map for them.
  const check = type === 'heartbeat' ? checkHeartbeatFrame : CHECKS.get(type);
  if (check === undefined) {
    const message = type === undefined ? 'is required' : `must be one of ${TYPES}`;
    return new RefusedFrame(refOf(frame), invalid([{ field: 'type', message }]));
  }
  const errors = check(frame);
  if (errors === null) return frame as ReadFrame;
  const beatErrors = type === 'heartbeat' || type === 'end' ? bodyErrors(frame) : null;
  return new RefusedFrame(refOf(frame), invalid(beatErrors ?? errors));
}

/** What REST would find wrong with the same body. */
function bodyErrors(frame: object) {
  const body: Record<string, unknown> = { ...frame };
  delete body['type'];
  delete body['ref'];
  return checkBeat(body);
}

function refOf(frame: object): Ref | null {
  const { ref } = frame as { ref?: unknown };
  if (typeof ref === 'string') return ref.length >= 1 && ref.length <= 64 ? ref : null;
  return typeof ref === 'number' && Number.isSafeInteger(ref) && ref >= 0 ? ref : null;
}
