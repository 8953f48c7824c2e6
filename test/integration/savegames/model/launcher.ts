import type { SignedRequest } from '../../../../lib/ports/save-store.ts';
import type { MemorySaveStore, Sent } from '../../../memory-save-store.ts';
import type { Answer, SignedUpload } from './ask-service.ts';
import { contentNumber, partOf, type SaveContent } from './content.ts';
import type { Operation } from './operation.ts';

/** What a device knows of one slot: its own file, what it last synchronised, and the upload it was told of. */
export class Launcher {
  content: SaveContent = contentNumber(0);
  base: number | null = null;
  /** With what it is for. */
  upload: { readonly signed: SignedUpload; readonly content: SaveContent } | null = null;
  readonly device: string;
  readonly slot: string;

  constructor(device: string, slot: string) {
    this.device = device;
    this.slot = slot;
  }

  announcement(side: boolean): Operation & { kind: 'announce' } {
    const { device, slot, content, base } = this;
    return { kind: 'announce', device, slot, content, base, side };
  }

  /** What it learns from an answer; nothing from none. */
  learn(operation: Operation, answer: Answer | null): void {
    if (answer === null) return;
    const { outcome, upload } = answer;
    if (operation.kind === 'announce' && upload !== undefined) {
      this.upload = { signed: upload, content: operation.content };
    }
    if (operation.kind === 'confirm' && 'sha256' in outcome) this.#synchronised(outcome.version, outcome.head);
    if (operation.kind === 'confirm' && 'refused' in outcome && outcome.refused === 'SAVEGAME_ALREADY_CONFIRMED') {
      const { version, head } = outcome.about as { readonly version: number; readonly head: number | null };
      this.#synchronised(version, head);
    }
  }

  #synchronised(version: number, head: number | null): void {
    if (version === head) this.base = version;
  }

  /**
   * Sends what it was told to send. Returns what lets the bytes arrive; URLs that expired by now are refused.
   *
   * @param cut the connection breaks: nothing arrives, or not all of the parts
   */
  send(store: MemorySaveStore, cut: boolean): readonly (() => Sent)[] {
    if (this.upload === null) return [];
    const { signed, content } = this.upload;
    const { put, parts } = signed;
    if (put !== null) return cut ? [] : [store.begin(requestOf(put), { ...content, bytes: null })];
    const all = (parts ?? []).flatMap((part) =>
      part.put === null ? [] : [store.begin(requestOf(part.put), partOf(content, part.number))],
    );
    return cut ? all.slice(0, all.length / 2) : all;
  }
}

function requestOf({ method, url, headers }: { method: 'PUT' | 'GET'; url: string; headers: Record<string, string> }) {
  return { method, url, headers, expiresAt: 0 } satisfies SignedRequest;
}
