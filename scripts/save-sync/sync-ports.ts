import type { SaveSlot, SaveVersion } from '../../lib/contract/savegames.ts';
import type { Decision } from './decision.ts';
import type { LocalSave, PackedSave } from './local-save.ts';
import type { UploadPorts } from './upload.ts';

export interface SyncPorts extends UploadPorts {
  readonly local: LocalSave;
  /** Where packed and fetched files are kept. */
  readonly directory: string;
  readonly choose: Choose;
  /** Whether the save here may be replaced right now: not under a game that has it open. */
  readonly mayReplace: () => Promise<boolean>;
  readonly say: (line: string) => void;
}

/** `conflict`: nobody decided, and both saves are as they were. */
export type Result = 'in-step' | 'conflict';

/** What is where, at one moment. */
export interface View {
  readonly slot: SaveSlot | null;
  readonly head: SaveVersion | null;
  /** Null: nothing is here, or nothing was written since it was synchronised. */
  readonly packed: PackedSave | null;
  readonly decision: Decision;
}

/** What becomes of two saves of which neither was made from the other. */
export type Choice = 'local' | 'cloud' | 'both';

/** What somebody decides by. */
export interface Conflict {
  readonly local: PackedSave;
  /** Null: the slot was deleted. */
  readonly cloud: SaveVersion | null;
}

/** Null: nobody decides now, and everything stays as it is. */
export type Choose = (conflict: Conflict) => Promise<Choice | null>;
