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
  /** In order; those before `#first` are taken, and are cut off now and then: cutting at each acknowledgement would copy all the others each time. */
  #marks: AckMark[] = [];
  #first = 0;
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
    const { length } = this.#marks;
    if (length > this.#first && this.#marks[length - 1]?.isSettled) this.#marks[length - 1] = mark;
    else this.#marks.push(mark);
    if (this.#marks.length === this.#first + 1) this.#advance();
  }

  /** Whether an acknowledgement or retry of this mark still counts. */
  isOpen({ isSettled, epoch }: AckMark): boolean {
    return !isSettled && epoch === this.#epoch;
  }

  settle(mark: AckMark): void {
    mark.isSettled = true;
    this.outstanding -= 1;
    if (this.#marks[this.#first] === mark) this.#advance();
  }

  /** Forgets all marks: everything behind `taken` will be delivered again. */
  rewind(): void {
    this.#epoch += 1;
    this.#marks = [];
    this.#first = 0;
    this.outstanding = 0;
  }

  #advance(): void {
    const marks = this.#marks;
    let last: AckMark | undefined;
    for (let next = marks[this.#first]; next?.isSettled; next = marks[this.#first]) {
      last = next;
      this.#first += 1;
    }
    if (last === undefined) return;
    this.taken = last.position;
    if (2 * this.#first > marks.length) {
      this.#marks = marks.slice(this.#first);
      this.#first = 0;
    }
    this.#onTaken(this.taken);
  }
}
