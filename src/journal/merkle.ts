import { hash } from 'node:crypto';

/** One step from a leaf to the root: the sibling, and on which side it stands. */
export interface ProofStep {
  readonly side: 'left' | 'right';
  readonly hash: string;
}

interface Node {
  readonly hash: Buffer;
  readonly size: number;
  /** Proofs being collected for leaves below this node. */
  readonly proofs: readonly ProofStep[][];
}

const NONE: readonly ProofStep[][] = [];

/**
 * The append-only hash tree of RFC 6962, section 2.1 (https://www.rfc-editor.org/rfc/rfc6962), over the hashes of all
 * event headers in the order of the journal. It holds one node per bit of its size, whatever the journal's length.
 */
export class MerkleTree {
  #nodes: Node[] = [];
  #size = 0;

  /** Continues a tree from `frontier()`; undefined when the hashes do not fit the size. */
  static from(size: number, frontier: readonly string[]): MerkleTree | undefined {
    const tree = new MerkleTree();
    tree.#size = size;
    const sizes = perfectSizes(size);
    if (sizes.length !== frontier.length) return undefined;
    tree.#nodes = sizes.map((each, index) => ({
      hash: Buffer.from(frontier[index] ?? '', 'hex'),
      size: each,
      proofs: NONE,
    }));
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /** `proof` collects the steps from this leaf towards the root; `root()` adds the last ones. */
  add(headerHash: string, proof?: ProofStep[]): void {
    let node: Node = {
      hash: leafHash(headerHash),
      size: 1,
      proofs: proof === undefined ? NONE : [proof],
    };
    for (let last = this.#nodes.at(-1); last?.size === node.size; last = this.#nodes.at(-1)) {
      this.#nodes.pop();
      node = join(last, node);
    }
    this.#nodes.push(node);
    this.#size += 1;
  }

  frontier(): string[] {
    return this.#nodes.map((node) => node.hash.toString('hex'));
  }

  root(): string {
    const folded = this.#nodes.reduceRight<Node | undefined>(
      (right, left) => (right === undefined ? left : join(left, right)),
      undefined,
    );
    return folded === undefined ? hash('sha256', '', 'hex') : folded.hash.toString('hex');
  }
}

/** The root that a leaf and its proof lead to. */
export function rootOfProof(headerHash: string, proof: readonly ProofStep[]): string {
  return proof
    .reduce((below, step) => {
      const sibling = Buffer.from(step.hash, 'hex');
      return step.side === 'left' ? nodeHash(sibling, below) : nodeHash(below, sibling);
    }, leafHash(headerHash))
    .toString('hex');
}

function join(left: Node, right: Node): Node {
  for (const proof of left.proofs) proof.push({ side: 'right', hash: right.hash.toString('hex') });
  for (const proof of right.proofs) proof.push({ side: 'left', hash: left.hash.toString('hex') });
  const proofs =
    left.proofs.length + right.proofs.length === 0 ? NONE : [...left.proofs, ...right.proofs];
  return { hash: nodeHash(left.hash, right.hash), size: left.size + right.size, proofs };
}

/** The first byte keeps a node from being passed off as a leaf. */
function leafHash(headerHash: string): Buffer {
  return hash('sha256', Buffer.from(`00${headerHash}`, 'hex'), 'buffer');
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

const NODE = Buffer.from([1]);

/** The powers of two that make up a size, largest first. */
function perfectSizes(size: number): number[] {
  const sizes: number[] = [];
  for (let rest = size, bit = 2 ** 52; rest > 0; bit /= 2) {
    if (bit > rest) continue;
    sizes.push(bit);
    rest -= bit;
  }
  return sizes;
}
