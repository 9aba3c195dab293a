/** Delivered and skipped positions of one consumer, in order: finds the position up to which all of them are acknowledged. */

/** One delivery. */
export interface AckMark {
  readonly position: number;
  /** A rewind leaves older marks behind: their late acknowledgements do not count. */
  readonly epoch: number;
  isSettled: boolean;
}

export class AckWindow {
  /** Everything up to this position is taken. */
  taken = 0;
  /** Deliveries without acknowledgement. */
  outstanding = 0;
  /** Marks behind `taken`, in order. */
  #marks: AckMark[] = [];
  #epoch = 0;
  readonly #onTaken: (position: number) => void;

  constructor(onTaken: (position: number) => void) {
    this.#onTaken = onTaken;
  }

  deliver(position: number): AckMark {
    const mark = { position, epoch: this.#epoch, isSettled: false };
    this.#marks.push(mark);
    this.outstanding += 1;
    return mark;
  }

  /** An entry of another subject counts as taken; a run of them leaves one mark. */
  skip(position: number): void {
    const mark = { position, epoch: this.#epoch, isSettled: true };
    if (this.#marks.at(-1)?.isSettled) this.#marks[this.#marks.length - 1] = mark;
    else this.#marks.push(mark);
    if (this.#marks.length === 1) this.#advance();
  }

  /** Whether an acknowledgement or retry of this mark still counts. */
  isOpen({ isSettled, epoch }: AckMark): boolean {
    return !isSettled && epoch === this.#epoch;
  }

  settle(mark: AckMark): void {
    mark.isSettled = true;
    this.outstanding -= 1;
    if (this.#marks[0] === mark) this.#advance();
  }

  /** Forgets all marks: everything behind `taken` will be delivered again. */
  rewind(): void {
    this.#epoch += 1;
    this.#marks = [];
    this.outstanding = 0;
  }

  #advance(): void {
    let count = 0;
    while (count < this.#marks.length && this.#marks[count]?.isSettled) count += 1;
    const last = this.#marks[count - 1];
    if (last === undefined) return;
    this.taken = last.position;
    this.#marks = this.#marks.slice(count);
    this.#onTaken(this.taken);
  }
}
