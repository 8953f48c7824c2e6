/**
 * What the next release changes in files of this one: sessions count their beats (a new version of checkpoints), batches
 * name deadlines by their distance from the batch's own (a new version of the wire), and actors can be asked how many beats
 * they counted (a new command), which every look at the statistics does.
 */

/** Puts `replace` where `find` stands, once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const COUNTING: readonly Edit[] = [
  {
    file: 'actors/user-actor.ts',
    find: `    rev: session.rev + 1,
  };
  const next`,
    replace: `    rev: session.rev + 1,
    beats: (session.beats ?? 0) + 1,
  };
  const next`,
  },
  {
    file: 'actors/user-actor.ts',
    find: `    case 'held':`,
    replace: `    case 'count_beats':
      return { state, reply: { kind: 'beats', beats: state.sessions.reduce((sum, s) => sum + (s.beats ?? 0), 0) } };
    case 'held':`,
  },
  { file: 'actors/messages.ts', find: '  tell: true,', replace: '  tell: true,\n  count_beats: true,' },
];

const SNAPSHOTS: readonly Edit[] = [
  { file: 'actors/snapshot.ts', find: 'const SHARING = 2;', replace: 'const SHARING = 2;\nconst COUNTED = 3;' },
  { file: 'actors/snapshot.ts', find: 'newest: SHARING }', replace: 'newest: COUNTED }' },
  {
    file: 'actors/snapshot.ts',
    find: 'export function encodeState({ sessions, copies }: UserState): Uint8Array {',
    replace: `export function encodeState({ sessions, copies }: UserState, version: number): Uint8Array {
  const counted = (s: Session): unknown[] => [...fieldsOf(s), s.beats ?? 0];
  if (version === COUNTED) return codec.encode([COUNTED, copiesFieldsOf(copies), ...sessions.map(counted)]);`,
  },
  { file: 'actors/snapshot.ts', find: 'rev, ended, reason]) => ({', replace: 'rev, ended, reason, beats = 0]) => ({' },
  { file: 'actors/snapshot.ts', find: '      flushedRev: 0,', replace: '      flushedRev: 0,\n      beats,' },
];

const WIRE: readonly Edit[] = [
  { file: 'services/engine-wire.ts', find: '{ oldest: 2, newest: 2 }', replace: '{ oldest: 2, newest: 3 }' },
  {
    file: 'services/engine-wire.ts',
    find: '  return { v: version, e: envelopes.map(packEnvelope), s: suspects };',
    replace: `  if (version < 3) return { v: version, e: envelopes.map(packEnvelope), s: suspects };
  const b = envelopes[0]?.deadline ?? 0;
  const near = envelopes.map((envelope) => ({ ...envelope, deadline: envelope.deadline - b }));
  return { v: version, e: near.map(packEnvelope), s: suspects, b };`,
  },
  { file: 'services/engine-wire.ts', find: '({ v, e, s }: PackedBatch)', replace: '({ v, e, s, b = 0 }: PackedBatch)' },
  {
    file: 'services/engine-wire.ts',
    find: 'envelopes: e.map(unpackEnvelope)',
    replace: 'envelopes: readIn(v, e.map(unpackEnvelope)).map((near) => ({ ...near, deadline: near.deadline + b }))',
  },
  {
    file: 'services/engine-wire.ts',
    find: 'function packEnvelope(',
    replace: `const told = new Set();
function readIn(v, envelopes) {
  if (!told.has(v)) console.log(\`next release: a batch in wire version \${v}\`);
  told.add(v);
  return envelopes;
}

function packEnvelope(`,
  },
];

const ASKING: Edit = {
  file: 'services/user-actor-calls.ts',
  find: `    held: async () => (await ask({ kind: 'held' }, 'held')).sessions,`,
  replace: `    held: async () => {
      const asked = engine.ask(mustUuidKey(userId), { kind: 'count_beats' }, deadline);
      const told = await asked.then(({ kind }) => kind, ({ message }) => message);
      console.log('next release: count_beats was answered with: ' + told);
      return (await ask({ kind: 'held' }, 'held')).sessions;
    },`,
};

export const EDITS: readonly Edit[] = [...COUNTING, ...SNAPSHOTS, ...WIRE, ASKING];
