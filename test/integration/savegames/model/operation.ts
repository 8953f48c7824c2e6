import type { SaveContent } from './content.ts';

/** What a launcher, or somebody in the user's place, asks of the service; all of it is settled before it is sent. */
export type Operation =
  | {
      readonly kind: 'announce';
      readonly device: string;
      readonly slot: string;
      readonly content: SaveContent;
      readonly base: number | null;
      readonly side: boolean;
    }
  | { readonly kind: 'confirm' | 'cancel'; readonly uploadId: string }
  | { readonly kind: 'download'; readonly slot: string; readonly version: number | null }
  | {
      readonly kind: 'resolve';
      readonly device: string;
      readonly slot: string;
      readonly version: number;
      readonly keep: 'local' | 'cloud' | 'both';
      readonly head: number | null;
      readonly into: string | null;
    }
  | {
      readonly kind: 'restore';
      readonly device: string;
      readonly slot: string;
      readonly version: number | null;
      readonly head: number | null;
    }
  | { readonly kind: 'pin'; readonly slot: string; readonly version: number; readonly pinned: boolean }
  | { readonly kind: 'delete version'; readonly slot: string; readonly version: number }
  | {
      readonly kind: 'delete slot';
      readonly slot: string;
      readonly permanently: boolean;
      readonly ifMatch: number | null;
    }
  | { readonly kind: 'settings'; readonly enabled: boolean; readonly keepVersions: number };

/** What is essential of the answer. Ids that the service makes up are placeholders where the model expects them. */
export type Outcome =
  | { readonly refused: string; readonly about?: unknown }
  | { readonly upload: string }
  | { readonly unchanged: true }
  | { readonly version: number; readonly sha256: string; readonly head: number | null }
  | { readonly slot: string; readonly head: number | null; readonly other: string | null }
  | { readonly done: true };
