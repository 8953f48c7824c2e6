import path from 'node:path';
import type { Disk, FileToRead, FileToWrite } from '../lib/save-folder/disk.ts';

class File {
  bytes = Buffer.alloc(0);
  durable = Buffer.alloc(0);
  modifiedAt = 0;
}

class Folder {
  readonly names = new Map<string, Node>();
  modifiedAt = 0;
}

type Node = File | Folder;

interface Name {
  readonly folder: Folder;
  readonly name: string;
}

/** A change of names: something appears somewhere, vanishes somewhere, or both at once. */
interface Change {
  readonly from: Name | null;
  readonly to: (Name & { readonly node: Node }) | null;
  durable: boolean;
}

/** What a process meets that is not there any more. */
export class ProcessDied extends Error {}

/**
 * A disk in memory, as bad as POSIX allows: what is not synchronised may be there or not after a power cut, in any
 * combination. Only that a name is changed in one step is relied on, as on every file system with a journal.
 */
export class PowerCutDisk implements Disk {
  readonly #root: Folder;
  /** All there ever were, or as many as make what is there. */
  readonly #changes: Change[];
  /** Calls that still succeed; every later one rejects, for the process is dead. */
  #callsLeft = Infinity;
  calls = 0;
  /** Ms since the Unix epoch; what the file system takes for the time. */
  now = 1_000_000;

  constructor(root = new Folder(), changes: Change[] = []) {
    this.#root = root;
    this.#changes = changes;
  }

  dieAfter(calls: number): void {
    this.#callsLeft = calls;
  }

  /** The kernel lives on: all that was done stays done. */
  afterDeath(): PowerCutDisk {
    return new PowerCutDisk(this.#root, this.#changes);
  }

  /** @param kept decides, for each change that nobody waited for, whether it made it to the disk. */
  afterPowerCut(kept: () => boolean): PowerCutDisk {
    const lost: Change[] = [];
    const surviving = this.#changes.filter((change) => {
      const survives = change.durable || (!lost.some((earlier) => concernSame(earlier, change)) && kept());
      if (!survives) lost.push(change);
      return survives;
    });
    const copies = new Map<Node, Node>([[this.#root, new Folder()]]);
    const copyOf = <Kind extends Node>(node: Kind): Kind => {
      const copy = copies.get(node) ?? (node instanceof Folder ? new Folder() : survivorOf(node, kept));
      copies.set(node, copy);
      return copy as Kind;
    };
    const placeOf = <Place extends Name>(place: Place): Place => ({ ...place, folder: copyOf(place.folder) });
    const disk = new PowerCutDisk(copyOf(this.#root));
    for (const { from, to } of surviving) {
      disk.#change(from && placeOf(from), to && { ...placeOf(to), node: copyOf(to.node) }, true);
    }
    return disk;
  }

  #call(): void {
    if (this.#callsLeft <= 0) throw new ProcessDied();
    this.#callsLeft -= 1;
    this.calls += 1;
  }

  #find(at: string): Node | null {
    let node: Node | null = this.#root;
    for (const name of at.split(path.sep).filter((part) => part !== '')) {
      node = node instanceof Folder ? (node.names.get(name) ?? null) : null;
    }
    return node;
  }

  /** The folder that this is a name in. */
  #named(at: string): Name {
    const folder = this.#find(path.dirname(at));
    if (!(folder instanceof Folder)) throw Object.assign(new Error(at), { code: 'ENOENT' });
    return { folder, name: path.basename(at) };
  }

  #change(from: Change['from'], to: Change['to'], durable = false): void {
    this.#changes.push({ from, to, durable });
    from?.folder.names.delete(from.name);
    to?.folder.names.set(to.name, to.node);
    for (const place of [from, to]) if (place) place.folder.modifiedAt = this.now;
  }

  #add(at: string, node: Node): void {
    const name = this.#named(at);
    if (name.folder.names.has(name.name)) throw Object.assign(new Error(at), { code: 'EEXIST' });
    node.modifiedAt = this.now;
    this.#change(null, { ...name, node });
  }

  async ensureFolder(at: string): Promise<void> {
    if (this.#find(at) !== null) return;
    await this.ensureFolder(path.dirname(at));
    await this.makeFolder(at);
  }

  async makeFolder(at: string): Promise<void> {
    this.#call();
    this.#add(at, new Folder());
  }

  async create(at: string): Promise<FileToWrite> {
    this.#call();
    const file = new File();
    this.#add(at, file);
    return {
      write: async (batch) => {
        this.#call();
        file.bytes = Buffer.concat([file.bytes, ...batch]);
        file.modifiedAt = this.now;
      },
      sync: async () => {
        this.#call();
        file.durable = file.bytes;
      },
      // A process that is dead closes its files, too.
      close: () => Promise.resolve(),
    };
  }

  async open(at: string): Promise<FileToRead | null> {
    this.#call();
    const file = this.#find(at);
    if (!(file instanceof File)) return null;
    return {
      read: async (position, length) => file.bytes.subarray(position, position + length),
      close: () => Promise.resolve(),
    };
  }

  async move(from: string, to: string): Promise<'moved' | 'taken' | 'missing'> {
    this.#call();
    const node = this.#find(from);
    if (node === null || !(this.#find(path.dirname(to)) instanceof Folder)) return 'missing';
    const target = this.#find(to);
    if (target instanceof Folder && target.names.size > 0) return 'taken';
    this.#change(this.#named(from), { ...this.#named(to), node });
    return 'moved';
  }

  async names(at: string): Promise<readonly string[] | null> {
    this.#call();
    const folder = this.#find(at);
    return folder instanceof Folder ? [...folder.names.keys()] : null;
  }

  async remove(at: string): Promise<void> {
    const node = this.#find(at);
    if (node instanceof Folder) for (const name of [...node.names.keys()]) await this.remove(path.join(at, name));
    this.#call();
    if (node !== null) this.#change(this.#named(at), null);
  }

  async syncFolder(at: string): Promise<void> {
    this.#call();
    const folder = this.#find(at);
    const wanted = this.#changes.filter(({ from, to }) => from?.folder === folder || to?.folder === folder);
    for (const change of wanted) this.#makeDurable(change);
  }

  /** With the earlier changes of the same names: there is no going without them. */
  #makeDurable(change: Change): void {
    if (change.durable) return;
    change.durable = true;
    const before = this.#changes.slice(0, this.#changes.indexOf(change));
    for (const earlier of before) if (concernSame(earlier, change)) this.#makeDurable(earlier);
  }

  async modifiedAt(at: string): Promise<number | null> {
    this.#call();
    return this.#find(at)?.modifiedAt ?? null;
  }
}

/** Bytes that nobody waited for are there or not. */
function survivorOf(file: File, kept: () => boolean): File {
  const survivor = new File();
  survivor.bytes = file.durable.equals(file.bytes) || kept() ? file.bytes : file.durable;
  survivor.durable = survivor.bytes;
  return survivor;
}

function concernSame(one: Change, other: Change): boolean {
  return [one.from, one.to].some(
    (a) => a !== null && [other.from, other.to].some((b) => b !== null && a.folder === b.folder && a.name === b.name),
  );
}
